import type { LiquidityQuote, LpLiquidity, SymbolLiquidity } from '../../api/model'
import { Empty } from '../../ui/empty'
import { formatQuantity } from '../../ui/format'
import { Panel } from '../../ui/panel'
import table from '../../ui/table.module.css'
import classes from './dealing.module.css'
import { formatAge, formatSize } from './dealing-format'
import { DepthLadder } from './depth-ladder'
import { lpStateInWords, stateInWords } from './liquidity'
import { StateMark } from './state-mark'

export interface BookPanelProps {
  item: SymbolLiquidity | undefined
  lps: readonly LpLiquidity[]
  sinceMs: number
  current: boolean
}

/** One symbol: what each LP quotes, and the book they make together. */
export function BookPanel({ item, lps, sinceMs, current }: BookPanelProps) {
  if (item === undefined) {
    return (
      <Panel title="Book">
        <Empty>Choose a symbol to see its book.</Empty>
      </Panel>
    )
  }
  return (
    <Panel
      title={item.symbol}
      label={`Book of ${item.symbol}`}
      actions={<StateMark good={item.tradable}>{stateInWords(item)}</StateMark>}
    >
      <section
        className={classes.book}
        aria-label={`Quotes and depth of ${item.symbol}`}
        data-stale={!current || undefined}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by key
        tabIndex={0}
      >
        <dl className={classes.composite}>
          <Figure name="Bid" value={item.bid} />
          <Figure name="Ask" value={item.ask} />
          <Figure name="Spread, points" value={item.spread_points} />
        </dl>
        <LpQuotes item={item} lps={lps} sinceMs={sinceMs} />
        <DepthLadder item={item} />
      </section>
    </Panel>
  )
}

function Figure({ name, value }: { name: string; value: string | null }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value ?? '–'}</dd>
    </div>
  )
}

interface LpQuotesProps {
  item: SymbolLiquidity
  lps: readonly LpLiquidity[]
  sinceMs: number
}

function LpQuotes({ item, lps, sinceMs }: LpQuotesProps) {
  const silent = lps.filter(({ code }) => !item.quotes.some(({ lp }) => lp === code))
  return (
    <table className={`${table.table} ${classes.small}`}>
      <caption>Quotes by LP</caption>
      <thead>
        <tr>
          <th scope="col">LP</th>
          <th scope="col" className={table.number}>
            Bid
          </th>
          <th scope="col" className={table.number}>
            Ask
          </th>
          <th scope="col" className={table.number}>
            Spread
          </th>
          <th scope="col">State</th>
        </tr>
      </thead>
      <tbody>
        {item.quotes.map((quote) => (
          <tr key={quote.lp} data-testid="lp-quote" data-stale={!quote.live || undefined}>
            <th scope="row">{quote.lp}</th>
            <td className={table.number}>
              <Side price={quote.bid} best={isBest(quote, quote.bid, item.bid)} side="bid" />
              <Size size={quote.bid_size} />
            </td>
            <td className={table.number}>
              <Side price={quote.ask} best={isBest(quote, quote.ask, item.ask)} side="ask" />
              <Size size={quote.ask_size} />
            </td>
            <td className={table.number}>{quote.spread_points}</td>
            <td>
              <StateMark good={quote.live}>{quote.live ? 'Live' : 'Stale'}</StateMark>
              <span className={classes.size}>{formatAge(quote.age_ms + sinceMs)} old</span>
            </td>
          </tr>
        ))}
        {silent.map((lp) => (
          <tr key={lp.code} data-testid="lp-silent" data-stale>
            <th scope="row">{lp.code}</th>
            <td colSpan={3} className={table.number}>
              does not quote it now
            </td>
            <td>
              <StateMark good={lp.enabled && lp.up}>{lpStateInWords(lp)}</StateMark>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

const isBest = ({ live }: LiquidityQuote, price: string, best: string | null) =>
  live && price === best

interface SideProps {
  price: string
  best: boolean
  side: 'bid' | 'ask'
}

/** A price; the one the composite is made of is bold and says so. */
function Side({ price, best, side }: SideProps) {
  if (!best) return <span>{price}</span>
  return (
    <b className={side === 'bid' ? 'up' : 'down'}>
      <span aria-hidden="true">★ </span>
      <span className="visually-hidden">best {side} </span>
      {price}
    </b>
  )
}

function Size({ size }: { size: LiquidityQuote['bid_size'] }) {
  return (
    <span className={classes.size} title={formatQuantity(size)}>
      {formatSize(size)}
    </span>
  )
}
