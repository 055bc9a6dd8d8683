import type { CSSProperties } from 'react'
import type { SymbolLiquidity } from '../../api/model'
import { formatQuantity } from '../../ui/format'
import table from '../../ui/table.module.css'
import classes from './dealing.module.css'
import { formatSize } from './dealing-format'
import { ladder, type Rung } from './liquidity'

/** The consolidated book, the best level first, with the LP behind each; bars are running totals. */
export function DepthLadder({ item }: { item: SymbolLiquidity }) {
  const rungs = ladder(item)
  return (
    <table className={`${table.table} ${classes.small} ${classes.ladder}`}>
      <caption>Depth, best first</caption>
      <thead>
        <tr>
          <th scope="col">Bid LP</th>
          <th scope="col" className={table.number}>
            Size
          </th>
          <th scope="col" className={table.number}>
            Bid
          </th>
          <th scope="col">Ask</th>
          <th scope="col">Size</th>
          <th scope="col" className={table.number}>
            Ask LP
          </th>
        </tr>
      </thead>
      <tbody>
        {rungs.map(({ bid, ask }, at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a level is its place in the book
          <tr key={at} data-testid="depth-row">
            <td className={classes.lp}>{bid?.lp}</td>
            <td className={table.number}>
              <Total of={bid} />
            </td>
            <td className={`${table.number} ${classes.bid} up`} style={bar(bid)}>
              {bid?.price}
            </td>
            <td className={`${classes.ask} down`} style={bar(ask)}>
              {ask?.price}
            </td>
            <td>
              <Total of={ask} />
            </td>
            <td className={`${table.number} ${classes.lp}`}>{ask?.lp}</td>
          </tr>
        ))}
        {rungs.length === 0 && (
          <tr>
            <td colSpan={6}>No depth: nothing can be traded on.</td>
          </tr>
        )}
      </tbody>
    </table>
  )
}

function Total({ of: step }: { of: Rung['bid'] }) {
  if (step === undefined) return null
  const title = `${formatQuantity(step.size)}; ${formatQuantity(step.total)} up to here`
  return <span title={title}>{formatSize(step.size)}</span>
}

const bar = (step: Rung['bid']) =>
  ({ '--share': `${((step?.share ?? 0) * 100).toFixed(1)}%` }) as CSSProperties
