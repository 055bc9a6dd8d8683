import { big } from '../../api/decimals'
import type { Instrument } from '../../api/model'
import { formatQuantity, humanise } from '../../ui/format'
import { Panel } from '../../ui/panel'
import { useAccount } from '../account/active-account'
import classes from './instrument-card.module.css'

const CLASSES: Readonly<Record<string, string>> = {
  fx: 'Currencies',
  metal: 'Metals',
  index: 'Indices',
  crypto: 'Crypto',
}

/** The terms of the selected instrument, as the server states them. */
export function InstrumentCard({ instrument }: { instrument: Instrument }) {
  const { leverage } = useAccount()
  const { base, quote, contract_size, quantity_min, quantity_max, quantity_step } = instrument
  const rows: [string, string][] = [
    ['Class', CLASSES[instrument.asset_class] ?? humanise(instrument.asset_class)],
    ['Currency', base === quote ? quote : `${base} / ${quote}`],
    ['One lot', `${formatQuantity(contract_size)} units`],
    ['Quantity', `${formatQuantity(quantity_min)} – ${formatQuantity(quantity_max)}`],
    ['Step', formatQuantity(quantity_step)],
    ['Pip', big(instrument.pip).toFixed()],
    ['Margin rate', `${big(instrument.margin_rate).times(100).round(2)} %`],
    ['Account leverage', `1:${leverage}`],
    ['Trading', humanise(instrument.trade_mode)],
  ]
  return (
    <Panel
      title={instrument.symbol}
      label={`Terms of ${instrument.symbol}`}
      actions={<span className={classes.name}>{instrument.name}</span>}
    >
      <dl className={classes.terms}>
        {rows.map(([term, value]) => (
          <div key={term}>
            <dt>{term}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </Panel>
  )
}
