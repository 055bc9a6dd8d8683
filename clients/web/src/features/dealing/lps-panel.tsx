import type { LpLiquidity } from '../../api/model'
import { DataTable, NUMBER, WIDE_NUMBER } from '../../ui/data-table'
import { Empty } from '../../ui/empty'
import { humanise } from '../../ui/format'
import { Panel } from '../../ui/panel'
import classes from './dealing.module.css'
import { lpStateInWords } from './liquidity'
import { StateMark } from './state-mark'

const COLUMNS = [
  { title: 'LP' },
  { title: 'State' },
  { title: 'Priority', number: true, wide: true },
  { title: 'Quotes', number: true, wide: true },
  { title: 'Per second', number: true },
  { title: 'Rejected', number: true, wide: true },
  { title: 'Rejected because' },
]

const COUNT = new Intl.NumberFormat('en-GB')

export interface LpsPanelProps {
  lps: readonly LpLiquidity[]
  rates: ReadonlyMap<string, number>
  current: boolean
}

/** Each LP: whether it is there, how much it sends, and what of it was not believed. */
export function LpsPanel({ lps, rates, current }: LpsPanelProps) {
  return (
    <Panel title="Liquidity providers">
      {lps.length === 0 ? (
        <Empty>No liquidity provider is configured.</Empty>
      ) : (
        <DataTable label="What each LP sends" columns={COLUMNS}>
          {lps.map((lp) => (
            <LpRow key={lp.code} lp={lp} rate={rates.get(lp.code)} stale={!current || !lp.up} />
          ))}
        </DataTable>
      )}
    </Panel>
  )
}

interface RowProps {
  lp: LpLiquidity
  rate: number | undefined
  stale: boolean
}

function LpRow({ lp, rate, stale }: RowProps) {
  const rejected = Object.entries(lp.rejected).sort((left, right) => right[1] - left[1])
  const total = rejected.reduce((sum, [, count]) => sum + count, 0)
  return (
    <tr data-testid="lp-row" data-stale={stale || undefined}>
      <th scope="row">
        {lp.code}
        <span className={classes.size}>{lp.name}</span>
      </th>
      <td>
        <StateMark good={lp.enabled && lp.up}>{lpStateInWords(lp)}</StateMark>
      </td>
      <td className={WIDE_NUMBER}>{lp.priority}</td>
      <td className={WIDE_NUMBER}>{COUNT.format(lp.quotes_received)}</td>
      <td className={NUMBER}>{rate === undefined ? '–' : rate.toFixed(1)}</td>
      <td className={WIDE_NUMBER}>{COUNT.format(total)}</td>
      <td>
        <span className={classes.reasons}>
          {rejected.map(([reason, count]) => (
            <span key={reason}>
              {humanise(reason)} <b>{COUNT.format(count)}</b>
            </span>
          ))}
          {total === 0 && <span className="quiet">Nothing</span>}
        </span>
      </td>
    </tr>
  )
}
