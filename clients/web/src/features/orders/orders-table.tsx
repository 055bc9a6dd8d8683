import { memo, useState } from 'react'
import { big } from '../../api/decimals'
import type { Instrument, Order } from '../../api/model'
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
import { formatQuantity } from '../../ui/format'
import { SideLabel } from '../../ui/side'
import table from '../../ui/table.module.css'
import { useInstrumentsBySymbol } from '../quotes/instruments'
import { useQuote } from '../quotes/use-quote'
import { CancelButton } from './cancel-button'
import { inPips } from './levels'
import { OrderCell } from './order-cell'
import { OrderDetails } from './order-details'
import { useOpenOrders } from './order-queries'
import { OrderState } from './order-state'
import { kindInWords, lifeInWords, pricesInWords } from './order-words'

const COLUMNS = [
  { title: 'Details', hidden: true },
  { title: 'Ticket', spacious: true },
  { title: 'Symbol' },
  { title: 'Side' },
  { title: 'Type', roomy: true },
  { title: 'Quantity', number: true, wide: true },
  { title: 'Price', number: true, wide: true },
  { title: 'Pips away', number: true, roomy: true },
  { title: 'Stop loss', number: true, wide: true },
  { title: 'Take profit', number: true, wide: true },
  { title: 'Trailing', number: true, spacious: true },
  { title: 'Lasts', roomy: true },
  { title: 'State', spacious: true },
  { title: 'Actions', hidden: true },
]

/** Orders that wait, changed and cancelled where they stand. */
export function OrdersTable() {
  const query = useOpenOrders()
  const instruments = useInstrumentsBySymbol()
  const [open, setOpen] = useState<string>()
  const waiting = pendingOr(query)
  if (waiting) return waiting
  if (query.data?.length === 0) return <Empty>No open orders.</Empty>
  return (
    <DataTable label="Open orders" columns={COLUMNS}>
      {query.data?.map((order) => (
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
  const details = `details-${order.id}`
  const cell = { order, instrument }
  const isTrailing = order.reason === 'trailing'
  return (
    <>
      <tr data-testid="order-row" data-order={order.id}>
        <td>
          <button
            type="button"
            className={table.expand}
            aria-expanded={open}
            aria-controls={details}
            aria-label={`Details of order ${order.ticket}`}
            onClick={() => onToggle(open ? undefined : order.id)}
          >
            {open ? '▾' : '▸'}
          </button>
        </td>
        <td className={`${SPACIOUS} quiet`}>{order.ticket}</td>
        <td>
          <span className={table.symbol}>{order.symbol}</span>
          <span className={table.under}>{formatQuantity(order.quantity)}</span>
        </td>
        <td>
          <SideLabel side={order.side} />
          <span className={table.under}>
            {kindInWords(order)} {pricesInWords(order, instrument?.price_precision ?? 5)}
          </span>
        </td>
        <td className={ROOMY}>{kindInWords(order)}</td>
        <td className={WIDE_NUMBER}>
          <Filled order={order} />
          <OrderCell {...cell} field="quantity" />
        </td>
        <td className={WIDE_NUMBER}>
          {order.stop_price !== null && <OrderCell {...cell} field="stop_price" />}
          {order.stop_price !== null && order.limit_price !== null && ' → '}
          {order.limit_price !== null && <OrderCell {...cell} field="limit_price" />}
        </td>
        <td className={`${ROOMY_NUMBER} quiet`}>
          <Away order={order} instrument={instrument} />
        </td>
        <td className={WIDE_NUMBER}>
          <OrderCell {...cell} field="stop_loss" />
        </td>
        <td className={WIDE_NUMBER}>
          <OrderCell {...cell} field="take_profit" />
        </td>
        <td className={SPACIOUS_NUMBER}>
          <OrderCell {...cell} field="trailing_stop" />
        </td>
        <td className={ROOMY}>{isTrailing ? 'GTC' : lifeInWords(order)}</td>
        <td className={SPACIOUS}>
          <OrderState state={order.state} asked={order.cancel_requested} />
        </td>
        <td className={`${NUMBER} ${table.actions}`}>
          <CancelButton order={order} />
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

/** How much of it is done, while it is a part. */
function Filled({ order }: { order: Order }) {
  if (order.state !== 'partially_filled') return null
  return <span className="quiet">{formatQuantity(order.filled_quantity)} of </span>
}

/** How far the market is; renders with its own symbol's prices, and the row does not. */
function Away({ order, instrument }: Pick<RowProps, 'order' | 'instrument'>) {
  const quote = useQuote(order.symbol)
  const level = order.triggered_at ? order.limit_price : (order.stop_price ?? order.limit_price)
  if (!quote || !instrument || level === null) return '–'
  const market = order.side === 'buy' ? quote.ask : quote.bid
  return inPips(big(level).minus(big(market)).abs(), instrument.pip)
}
