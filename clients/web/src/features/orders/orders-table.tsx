import { memo, useState } from 'react'
import type { Instrument, Order } from '../../api/model'
import { DataTable, NUMBER, ROOMY, ROOMY_NUMBER, WIDE, WIDE_NUMBER } from '../../ui/data-table'
import { Empty, pendingOr } from '../../ui/empty'
import { formatPrice, formatQuantity, formatTime, humanise } from '../../ui/format'
import { LoadMore } from '../../ui/load-more'
import { SideLabel } from '../../ui/side'
import table from '../../ui/table.module.css'
import { reasonInWords } from '../../ui/words'
import { useInstrumentsBySymbol } from '../quotes/instruments'
import { CancelButton } from './cancel-button'
import { useOrders } from './order-queries'
import { OrderState } from './order-state'
import { Transitions } from './transitions'

const COLUMNS = [
  { title: 'Details', hidden: true },
  { title: 'Time' },
  { title: 'Ticket', roomy: true },
  { title: 'Symbol' },
  { title: 'Side' },
  { title: 'Type', roomy: true },
  { title: 'Quantity', number: true, wide: true },
  { title: 'Filled', number: true, roomy: true },
  { title: 'Average price', number: true, wide: true },
  { title: 'State' },
  { title: 'Reason', wide: true },
  { title: 'Actions', hidden: true },
]

/** Every order of the account, newest first; each opens to the steps of its life. */
export function OrdersTable() {
  const { query, items } = useOrders()
  const instruments = useInstrumentsBySymbol()
  const [open, setOpen] = useState<string>()
  const waiting = pendingOr(query)
  if (waiting) return waiting
  if (items.length === 0) return <Empty>No orders yet.</Empty>
  return (
    <DataTable label="Orders" columns={COLUMNS} after={<LoadMore pages={query} />}>
      {items.map((order) => (
        <OrderRow
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

const OrderRow = memo(function OrderRow({ order, instrument, open, onToggle }: RowProps) {
  const why = order.reject ?? order.end
  const reason = why ? reasonInWords(why) : ''
  const details = `transitions-${order.id}`
  const average = formatPrice(order.average_price, instrument?.price_precision ?? 5)
  return (
    <>
      <tr data-testid="order-row" data-order={order.id}>
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
        <td className="quiet">{formatTime(order.created_at)}</td>
        <td className={ROOMY}>{order.ticket}</td>
        <td>
          <span className={table.symbol}>{order.symbol}</span>
          <span className={table.under}>{formatQuantity(order.quantity)}</span>
        </td>
        <td>
          <SideLabel side={order.side} />
        </td>
        <td className={ROOMY}>{typeOf(order)}</td>
        <td className={WIDE_NUMBER}>{formatQuantity(order.quantity)}</td>
        <td className={ROOMY_NUMBER}>{formatQuantity(order.filled_quantity)}</td>
        <td className={WIDE_NUMBER}>{average}</td>
        <td>
          <OrderState state={order.state} asked={order.cancel_requested} />
          <span className={table.under}>{order.average_price && average}</span>
        </td>
        <td className={`${WIDE} ${table.why}`} title={reason}>
          {reason}
        </td>
        <td className={`${NUMBER} ${table.actions}`}>
          <CancelButton order={order} />
        </td>
      </tr>
      {open && (
        <tr id={details} className={table.details}>
          <td colSpan={COLUMNS.length}>
            <Transitions order={order} />
          </td>
        </tr>
      )}
    </>
  )
})

function typeOf(order: Order): string {
  const mode = order.execution_mode
  return mode && mode !== order.type ? `${humanise(order.type)}, ${mode}` : humanise(order.type)
}
