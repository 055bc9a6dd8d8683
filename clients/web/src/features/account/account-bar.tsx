import { Amount } from '../../ui/amount'
import { formatMoney } from '../../ui/format'
import { useAccountValuation } from '../positions/use-account-valuation'
import classes from './account-bar.module.css'
import { LevelMeter } from './level-meter'

/** The account's figures at the prices of this moment. */
export function AccountBar() {
  const { account, value } = useAccountValuation()
  const { currency } = account
  return (
    <dl className={classes.bar} aria-label={`Account in ${currency}`}>
      <Figure term="Balance" id="balance">
        {formatMoney(account.balance, currency)}
      </Figure>
      <Figure term="Equity" id="equity" strong>
        {formatMoney(value?.equity, currency)}
      </Figure>
      <Figure term="Open P/L" id="open-pnl">
        <Amount value={value?.unrealized} currency={currency} />
      </Figure>
      <Figure term="Used margin" id="used-margin">
        {formatMoney(account.used_margin, currency)}
      </Figure>
      <Figure term="Free margin" id="free-margin">
        {formatMoney(value?.free, currency)}
      </Figure>
      <Figure term="Margin level" id="level">
        <LevelMeter level={value?.level ?? null} />
      </Figure>
    </dl>
  )
}

interface FigureProps {
  term: string
  id: string
  strong?: boolean
  children: React.ReactNode
}

function Figure({ term, id, strong = false, children }: FigureProps) {
  return (
    <div className={classes.figure} data-strong={strong || undefined}>
      <dt>{term}</dt>
      <dd data-testid={id}>{children}</dd>
    </div>
  )
}
