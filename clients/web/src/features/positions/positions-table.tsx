import { memo, useState } from 'react'
import type { Instrument, Position } from '../../api/model'
import { Amount } from '../../ui/amount'
import { DataTable, NUMBER, ROOMY, ROOMY_NUMBER, WIDE_NUMBER } from '../../ui/data-table'
import { Empty, pendingOr } from '../../ui/empty'
import {
  formatLots,
  formatMoney,
  formatPips,
  formatPrice,
  formatQuantity,
  formatTime,
} from '../../ui/format'
import { prefer } from '../../ui/preferences'
import { SideLabel } from '../../ui/side'
import classes from '../../ui/table.module.css'
import { useInstrumentsBySymbol } from '../quotes/instruments'
import { closePrice, pipsWon } from '../valuation/valuation'
import { PartialCloseDialog } from './partial-close-dialog'
import { usePositions } from './positions-query'
import { usePositionPnl } from './use-account-valuation'
import { useClose } from './use-close'

const COLUMNS = [
  { title: 'Symbol' },
  { title: 'Side' },
  { title: 'Quantity', number: true },
  { title: 'Open price', number: true, wide: true },
  { title: 'Current price', number: true, wide: true },
  { title: 'Pips', number: true, wide: true },
  { title: 'P/L', number: true },
  { title: 'Margin', number: true, roomy: true },
  { title: 'Swap', number: true, roomy: true },
  { title: 'Opened', roomy: true },
  { title: 'Actions', hidden: true },
]

/** Open positions with what they are worth now. */
export function PositionsTable() {
  const query = usePositions()
  const instruments = useInstrumentsBySymbol()
  const waiting = pendingOr(query)
  if (waiting) return waiting
  if (query.data?.length === 0) return <Empty>No open positions.</Empty>
  return (
    <DataTable label="Open positions" columns={COLUMNS}>
      {query.data?.map((position) => (
        <PositionRow
          key={position.id}
          position={position}
          instrument={instruments.get(position.symbol)}
        />
      ))}
    </DataTable>
  )
}

interface RowProps {
  position: Position
  instrument: Instrument | undefined
}

const PositionRow = memo(function PositionRow({ position, instrument }: RowProps) {
  const { quote, pnl, currency } = usePositionPnl(position, instrument)
  const precision = instrument?.price_precision ?? 5
  const opened = formatPrice(position.open_price, precision)
  const now = formatPrice(quote && closePrice(position.side, quote), precision)
  return (
    <tr data-testid="position-row">
      <td className={classes.symbol}>
        <SymbolLink symbol={position.symbol} />
      </td>
      <td>
        <SideLabel side={position.side} />
      </td>
      <td className={NUMBER}>
        {formatQuantity(position.quantity)}
        {instrument && (
          <span className={`${classes.sub} ${ROOMY}`}>
            {formatLots(position.quantity, instrument.contract_size)} lots
          </span>
        )}
        <span className={classes.under}>{opened}</span>
      </td>
      <td className={WIDE_NUMBER}>{opened}</td>
      <td className={WIDE_NUMBER}>{now}</td>
      <td className={WIDE_NUMBER}>
        {quote && instrument ? formatPips(pipsWon(position, quote, instrument.pip)) : '–'}
      </td>
      <td className={NUMBER} data-testid="position-pnl">
        <Amount value={pnl} currency={currency} />
        <span className={classes.under}>{now}</span>
      </td>
      <td className={ROOMY_NUMBER}>{formatMoney(position.used_margin, currency)}</td>
      <td className={ROOMY_NUMBER}>
        <Amount value={position.swap} currency={currency} />
      </td>
      <td className={`${ROOMY} quiet`}>{formatTime(position.opened_at)}</td>
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
