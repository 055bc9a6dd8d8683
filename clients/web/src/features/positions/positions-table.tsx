import { memo, useState } from 'react'
import type { Instrument, Position } from '../../api/model'
import { Amount } from '../../ui/amount'
import {
  DataTable,
  NUMBER,
  ROOMY,
  ROOMY_NUMBER,
  SPACIOUS,
  SPACIOUS_NUMBER,
  WIDE_NUMBER,
} from '../../ui/data-table'
import { Empty, pendingOr } from '../../ui/empty'
import { formatLots, formatMoney, formatPips, formatPrice, formatQuantity } from '../../ui/format'
import { prefer } from '../../ui/preferences'
import { SideLabel } from '../../ui/side'
import classes from '../../ui/table.module.css'
import { useInstrumentsBySymbol } from '../quotes/instruments'
import { closePrice, pipsWon } from '../valuation/valuation'
import { LevelCell } from './level-cell'
import { CloseButton, MoreButtons } from './position-actions'
import { PositionDetails } from './position-details'
import { usePositions } from './positions-query'
import { usePositionPnl } from './use-account-valuation'

const COLUMNS = [
  { title: 'Details', hidden: true },
  { title: 'Symbol' },
  { title: 'Side' },
  { title: 'Quantity', number: true },
  { title: 'Open price', number: true, roomy: true },
  { title: 'Current price', number: true, roomy: true },
  { title: 'Pips', number: true, roomy: true },
  { title: 'P/L', number: true },
  { title: 'Stop loss', number: true, wide: true },
  { title: 'Take profit', number: true, wide: true },
  { title: 'Trailing', number: true, roomy: true },
  { title: 'Margin', number: true, spacious: true },
  { title: 'Actions', hidden: true },
]

/** Open positions with what they are worth now, and what protects them. */
export function PositionsTable() {
  const query = usePositions()
  const instruments = useInstrumentsBySymbol()
  const [open, setOpen] = useState<string>()
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
          open={open === position.id}
          onToggle={setOpen}
        />
      ))}
    </DataTable>
  )
}

interface RowProps {
  position: Position
  instrument: Instrument | undefined
  open: boolean
  onToggle: (positionId: string | undefined) => void
}

const PositionRow = memo(function PositionRow(props: RowProps) {
  const { position, instrument, open } = props
  const { quote, pnl, currency } = usePositionPnl(position, instrument)
  const precision = instrument?.price_precision ?? 5
  const opened = formatPrice(position.open_price, precision)
  const now = formatPrice(quote && closePrice(position.side, quote), precision)
  const of = { position, instrument }
  return (
    <>
      <tr data-testid="position-row">
        <td>
          <Expand {...props} />
        </td>
        <td className={classes.symbol}>
          <SymbolLink symbol={position.symbol} />
        </td>
        <td>
          <SideLabel side={position.side} />
        </td>
        <td className={NUMBER}>
          {formatQuantity(position.quantity)}
          {instrument && (
            <span className={`${classes.sub} ${SPACIOUS}`}>
              {formatLots(position.quantity, instrument.contract_size)} lots
            </span>
          )}
          <span className={classes.under}>{opened}</span>
        </td>
        <td className={ROOMY_NUMBER}>{opened}</td>
        <td className={ROOMY_NUMBER}>{now}</td>
        <td className={ROOMY_NUMBER}>
          {quote && instrument ? formatPips(pipsWon(position, quote, instrument.pip)) : '–'}
        </td>
        <td className={NUMBER} data-testid="position-pnl">
          <Amount value={pnl} currency={currency} />
          <span className={classes.under}>{now}</span>
        </td>
        <td className={WIDE_NUMBER}>
          <LevelCell {...of} field="stop_loss" />
        </td>
        <td className={WIDE_NUMBER}>
          <LevelCell {...of} field="take_profit" />
        </td>
        <td className={ROOMY_NUMBER}>
          <LevelCell {...of} field="trailing_stop" />
        </td>
        <td className={SPACIOUS_NUMBER}>{formatMoney(position.used_margin, currency)}</td>
        <td className={classes.actions}>
          <CloseButton {...of} />
          <span className={`${ROOMY} ${classes.beside}`}>
            <MoreButtons position={position} instrument={instrument} />
          </span>
        </td>
      </tr>
      {open && (
        <tr id={`details-${position.id}`} className={classes.details}>
          <td colSpan={COLUMNS.length}>
            <PositionDetails {...of} />
          </td>
        </tr>
      )}
    </>
  )
})

function Expand({ position, open, onToggle }: RowProps) {
  return (
    <button
      type="button"
      className={classes.expand}
      aria-expanded={open}
      aria-controls={`details-${position.id}`}
      aria-label={`Details of ${position.side} ${position.symbol}`}
      onClick={() => onToggle(open ? undefined : position.id)}
    >
      {open ? '▾' : '▸'}
    </button>
  )
}

function SymbolLink({ symbol }: { symbol: string }) {
  return (
    <button type="button" className={classes.link} onClick={() => prefer({ symbol })}>
      {symbol}
    </button>
  )
}
