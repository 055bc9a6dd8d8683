import { memo, useState } from 'react'
import type { Instrument, Position } from '../../api/model'
import { Amount } from '../../ui/amount'
import { Empty, pendingOr } from '../../ui/empty'
import { formatLots, formatMoney, formatPrice, formatQuantity, formatTime } from '../../ui/format'
import { prefer } from '../../ui/preferences'
import { SideLabel } from '../../ui/side'
import classes from '../../ui/table.module.css'
import { useInstrumentsBySymbol } from '../quotes/instruments'
import { closePrice } from '../valuation/valuation'
import { PartialCloseDialog } from './partial-close-dialog'
import { usePositions } from './positions-query'
import { usePositionPnl } from './use-account-valuation'
import { useClose } from './use-close'

/** Open positions with what they are worth now. */
export function PositionsTable() {
  const query = usePositions()
  const instruments = useInstrumentsBySymbol()
  const waiting = pendingOr(query)
  if (waiting) return waiting
  if (query.data?.length === 0) return <Empty>No open positions.</Empty>
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by key
    <section className={classes.scroll} aria-label="Open positions" tabIndex={0}>
      <table className={classes.table}>
        <thead>
          <tr>
            <th>Symbol</th>
            <th>Side</th>
            <th className={classes.number}>Quantity</th>
            <th className={`${classes.number} ${classes.wide}`}>Open price</th>
            <th className={`${classes.number} ${classes.wide}`}>Current price</th>
            <th className={classes.number} title="Indicative, from the prices on this screen">
              P/L
            </th>
            <th className={`${classes.number} ${classes.wide}`}>Margin</th>
            <th className={`${classes.number} ${classes.wide}`}>Swap</th>
            <th className={classes.wide}>Opened</th>
            <th>
              <span className="visually-hidden">Actions</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {query.data?.map((position) => (
            <PositionRow
              key={position.id}
              position={position}
              instrument={instruments.get(position.symbol)}
            />
          ))}
        </tbody>
      </table>
    </section>
  )
}

interface RowProps {
  position: Position
  instrument: Instrument | undefined
}

const PositionRow = memo(function PositionRow({ position, instrument }: RowProps) {
  const { quote, pnl, currency } = usePositionPnl(position, instrument)
  const precision = instrument?.price_precision ?? 5
  return (
    <tr data-testid="position-row">
      <td className={classes.symbol}>
        <SymbolLink symbol={position.symbol} />
      </td>
      <td>
        <SideLabel side={position.side} />
      </td>
      <td className={classes.number}>
        {formatQuantity(position.quantity)}
        {instrument && (
          <span className={`${classes.sub} ${classes.wide}`}>
            {formatLots(position.quantity, instrument.contract_size)} lots
          </span>
        )}
      </td>
      <td className={`${classes.number} ${classes.wide}`}>
        {formatPrice(position.open_price, precision)}
      </td>
      <td className={`${classes.number} ${classes.wide}`}>
        {formatPrice(quote && closePrice(position.side, quote), precision)}
      </td>
      <td className={classes.number} data-testid="position-pnl">
        <Amount value={pnl} currency={currency} />
      </td>
      <td className={`${classes.number} ${classes.wide}`}>
        {formatMoney(position.used_margin, currency)}
      </td>
      <td className={`${classes.number} ${classes.wide}`}>
        <Amount value={position.swap} currency={currency} />
      </td>
      <td className={`${classes.wide} quiet`}>{formatTime(position.opened_at)}</td>
      <td className={classes.actions}>
        <RowActions position={position} instrument={instrument} />
      </td>
    </tr>
  )
})

function SymbolLink({ symbol }: { symbol: string }) {
  return (
    <button type="button" className={classes.link} onClick={() => prefer({ symbol })}>
      {symbol}
    </button>
  )
}

function RowActions({ position, instrument }: RowProps) {
  const { close, busy } = useClose(position, instrument)
  const [partial, setPartial] = useState(false)
  const what = `${position.side} ${formatQuantity(position.quantity)} ${position.symbol}`
  return (
    <>
      <button
        type="button"
        className={classes.button}
        disabled={busy}
        onClick={() => void close()}
        aria-label={`Close ${what}`}
      >
        Close
      </button>
      <button
        type="button"
        className={classes.button}
        disabled={busy || instrument === undefined}
        onClick={() => setPartial(true)}
        aria-label={`Close part of ${what}`}
      >
        Part…
      </button>
      {partial && instrument && (
        <PartialCloseDialog
          position={position}
          instrument={instrument}
          close={close}
          onDone={() => setPartial(false)}
        />
      )}
    </>
  )
}
