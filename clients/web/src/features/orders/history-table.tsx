import { memo, useState } from 'react'
import type { Instrument, Order } from '../../api/model'
import { DataTable, ROOMY, ROOMY_NUMBER, SPACIOUS, WIDE, WIDE_NUMBER } from '../../ui/data-table'
import { Empty, pendingOr } from '../../ui/empty'
import { formatPrice, formatQuantity, formatTime } from '../../ui/format'
import { LoadMore } from '../../ui/load-more'
import { SideLabel } from '../../ui/side'
import table from '../../ui/table.module.css'
import { useInstrumentsBySymbol } from '../quotes/instruments'
import { OrderDetails } from './order-details'
import { useOrders } from './order-queries'
import { OrderState } from './order-state'
import { endInWords, kindInWords, pricesInWords } from './order-words'

const COLUMNS = [
  { title: 'Details', hidden: true },
  { title: 'Ended' },
  { title: 'Ticket', spacious: true },
  { title: 'Symbol' },
  { title: 'Side' },
  { title: 'Type', roomy: true },
  { title: 'Quantity', number: true, wide: true },
  { title: 'Filled', number: true, roomy: true },
  { title: 'Asked price', number: true, roomy: true },
  { title: 'Average price', number: true, wide: true },
  { title: 'State' },
  { title: 'Reason', wide: true },
]

const ENDED: readonly Order['state'][] = ['filled', 'cancelled', 'rejected']

/** Orders that have ended, newest first, with the reason; each opens to the steps of its life. */
export function HistoryTable() {
  const { query, items } = useOrders()
  const instruments = useInstrumentsBySymbol()
  const [open, setOpen] = useState<string>()
  const waiting = pendingOr(query)
  if (waiting) return waiting
  const ended = items.filter(({ state }) => ENDED.includes(state))
  if (ended.length === 0 && !query.hasNextPage) return <Empty>No order has ended yet.</Empty>
  return (
    <DataTable label="Ended orders" columns={COLUMNS} after={<LoadMore pages={query} />}>
      {ended.map((order) => (
        <EndedRow
          key={order.id}
          order={order}
          instrument={instruments.get(order.symbol)}
          open={open === order.id}
          onToggle={setOpen}
        />
      ))}
    </DataTable>
  )
}

interface RowProps {
  order: Order
  instrument: Instrument | undefined
  open: boolean
  onToggle: (orderId: string | undefined) => void
}

const EndedRow = memo(function EndedRow({ order, instrument, open, onToggle }: RowProps) {
  const reason = endInWords(order)
  const details = `details-${order.id}`
  const precision = instrument?.price_precision ?? 5
  const average = formatPrice(order.average_price, precision)
  return (
    <>
      <tr data-testid="history-row" data-order={order.id}>
        <td>
          <button
            type="button"
            className={table.expand}
            aria-expanded={open}
            aria-controls={details}
            aria-label={`Steps of order ${order.ticket}`}
            onClick={() => onToggle(open ? undefined : order.id)}
          >
            {open ? '▾' : '▸'}
          </button>
        </td>
        <td className="quiet">{formatTime(order.updated_at)}</td>
        <td className={`${SPACIOUS} quiet`}>{order.ticket}</td>
        <td>
          <span className={table.symbol}>{order.symbol}</span>
          <span className={table.under}>{formatQuantity(order.quantity)}</span>
        </td>
        <td>
          <SideLabel side={order.side} />
        </td>
        <td className={ROOMY}>{kindInWords(order)}</td>
        <td className={WIDE_NUMBER}>{formatQuantity(order.quantity)}</td>
        <td className={ROOMY_NUMBER}>{formatQuantity(order.filled_quantity)}</td>
        <td className={ROOMY_NUMBER}>{pricesInWords(order, precision) || '–'}</td>
        <td className={WIDE_NUMBER}>{average}</td>
        <td>
          <OrderState state={order.state} asked={order.cancel_requested} />
          <span className={table.under}>{order.average_price && average}</span>
        </td>
        <td className={`${WIDE} ${table.why}`} title={reason}>
          {reason}
        </td>
      </tr>
      {open && (
        <tr id={details} className={table.details}>
          <td colSpan={COLUMNS.length}>
            <OrderDetails order={order} instrument={instrument} />
          </td>
        </tr>
      )}
    </>
  )
})
