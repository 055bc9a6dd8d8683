import type { Order } from '../../api/model'
import { formatMoney, formatPrice, formatQuantity, formatTime } from '../../ui/format'
import { SideLabel } from '../../ui/side'
import table from '../../ui/table.module.css'
import { useActiveAccount } from '../account/active-account'
import { fieldWord, type LevelField } from '../orders/amend'
import { CancelButton } from '../orders/cancel-button'
import { useOpenOrders } from '../orders/order-queries'
import { OrderState } from '../orders/order-state'
import { kindInWords, pricesInWords, protects } from '../orders/order-words'
import { LevelCell } from './level-cell'
import { MoreButtons, type PositionActionsProps } from './position-actions'
import classes from './position-details.module.css'

const LEVELS: readonly LevelField[] = ['stop_loss', 'take_profit', 'trailing_stop']

/** What the row has no room for, and the orders that protect the position. */
export function PositionDetails({ position, instrument }: PositionActionsProps) {
  const { currency } = useActiveAccount()
  const precision = instrument?.price_precision ?? 5
  const facts: [string, string][] = [
    ['Ticket', String(position.ticket)],
    ['Opened', formatTime(position.opened_at)],
    ['Open price', formatPrice(position.open_price, precision)],
    ['Margin', `${formatMoney(position.used_margin, currency)} ${currency}`],
    ['Swap', `${formatMoney(position.swap, currency)} ${currency}`],
  ]
  return (
    <div className={classes.details}>
      <dl className={classes.facts}>
        {facts.map(([term, value]) => (
          <div key={term}>
            <dt>{term}</dt>
            <dd>{value}</dd>
          </div>
        ))}
        <div className={table.narrow}>
          {LEVELS.map((field) => (
            <div key={field}>
              <dt>{fieldWord(field)}</dt>
              <dd>
                <LevelCell position={position} instrument={instrument} field={field} />
              </dd>
            </div>
          ))}
        </div>
      </dl>
      <Protection positionId={position.id} precision={precision} />
      <div className={table.narrow}>
        <div>
          <MoreButtons position={position} instrument={instrument} />
        </div>
      </div>
    </div>
  )
}

function Protection({ positionId, precision }: { positionId: string; precision: number }) {
  const orders = useOpenOrders()
    .data?.filter((order) => order.position_id === positionId && protects(order))
    .toSorted((left, right) => left.ticket - right.ticket)
  if (!orders?.length) return <p className="quiet">Nothing protects this position.</p>
  return (
    <ul className={classes.orders} aria-label="Protective orders">
      {orders.map((order) => (
        <ProtectiveOrder key={order.id} order={order} precision={precision} />
      ))}
    </ul>
  )
}

function ProtectiveOrder({ order, precision }: { order: Order; precision: number }) {
  return (
    <li data-testid="protective-order">
      <span className="quiet">#{order.ticket}</span>
      <strong>{kindInWords(order)}</strong>
      <SideLabel side={order.side} />
      <span>{formatQuantity(order.quantity)}</span>
      <span>at {pricesInWords(order, precision)}</span>
      {order.guaranteed_stop && <span>guaranteed</span>}
      <OrderState state={order.state} asked={order.cancel_requested} />
      <CancelButton order={order} />
    </li>
  )
}
