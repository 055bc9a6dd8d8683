import { useState } from 'react'
import { big } from '../../api/decimals'
import type { Instrument, Order } from '../../api/model'
import button from '../../ui/table.module.css'
import { fieldWord } from './amend'
import { canAmend, OrderCell } from './order-cell'
import classes from './order-details.module.css'
import { lifeInWords } from './order-words'
import { ReceiptDialog } from './receipt'
import { Transitions } from './transitions'

const FIELDS = [
  'quantity',
  'stop_price',
  'limit_price',
  'stop_loss',
  'take_profit',
  'trailing_stop',
] as const

export interface OrderDetailsProps {
  order: Order
  instrument: Instrument | undefined
}

/** All there is to say of one order: its terms where the row has no room, its steps, its receipt. */
export function OrderDetails({ order, instrument }: OrderDetailsProps) {
  const changeable = FIELDS.filter((field) => canAmend(order, field))
  return (
    <div className={classes.details}>
      {changeable.length > 0 && (
        <div className={button.narrow}>
          <dl className={classes.terms}>
            {changeable.map((field) => (
              <div key={field}>
                <dt>{fieldWord(field)}</dt>
                <dd>
                  <OrderCell order={order} instrument={instrument} field={field} />
                </dd>
              </div>
            ))}
            <div>
              <dt>Lasts</dt>
              <dd>{lifeInWords(order)}</dd>
            </div>
          </dl>
        </div>
      )}
      <Transitions order={order} />
      <ReceiptButton order={order} instrument={instrument} />
    </div>
  )
}

/** Opens the receipt of an order of which something was filled. */
export function ReceiptButton({ order, instrument }: OrderDetailsProps) {
  const [open, setOpen] = useState(false)
  if (big(order.filled_quantity).eq(0)) return null
  return (
    <div className={classes.receipt}>
      <button type="button" className={button.button} onClick={() => setOpen(true)}>
        Receipt
      </button>
      {open && (
        <ReceiptDialog
          orderId={order.id}
          title={`Receipt of order ${order.ticket}`}
          instrument={instrument}
          onClose={() => setOpen(false)}
        />
      )}
    </div>
  )
}
