import { useState } from 'react'
import { big } from '../../api/decimals'
import type { Order } from '../../api/model'
import type { TriggerSide } from '../../api/orders'
import { useOpenOrders } from '../orders/order-queries'
import { orderInWords, protects } from '../orders/order-words'
import { useQuote } from '../quotes/use-quote'
import { hasWorst } from './draft'
import { LifeField } from './entry-fields'
import classes from './fields.module.css'
import { PriceField } from './price-field'
import type { DraftProps } from './use-draft'

const TRIGGER_SIDES: readonly [TriggerSide, string][] = [
  ['default', 'The side it deals at'],
  ['inverse', 'The other side'],
  ['bid', 'Bid'],
  ['ask', 'Ask'],
  ['mid', 'Mid'],
]

/** What most orders do without; nothing of it is there before it is wanted. */
export function AdvancedFields(props: DraftProps) {
  const [open, setOpen] = useState(false)
  return (
    <details className={classes.more} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>More</summary>
      {open && <Fields {...props} />}
    </details>
  )
}

function Fields(props: DraftProps) {
  const { instrument, draft, change, problems } = props
  const quote = useQuote(instrument.symbol)
  return (
    <div className={classes.fields}>
      {draft.type === 'market' && <LifeField {...props} />}
      {hasWorst(draft.type) && (
        <PriceField
          label="Worst price"
          value={draft.worst}
          onChange={(worst) => change({ worst })}
          problem={problems.worst}
          step={big(instrument.pip)}
          start={quote && big(quote.bid)}
          decimals={instrument.price_precision}
          placeholder="none"
        />
      )}
      {draft.type !== 'market' && (
        <div className={classes.row}>
          <label htmlFor="trigger-side">Triggered by</label>
          <select
            id="trigger-side"
            className={classes.input}
            value={draft.triggerSide}
            onChange={(event) => change({ triggerSide: event.target.value as TriggerSide })}
          >
            {TRIGGER_SIDES.map(([side, words]) => (
              <option key={side} value={side}>
                {words}
              </option>
            ))}
          </select>
        </div>
      )}
      <OtherOrder
        label="Cancels, or is cancelled by"
        short="OCO with"
        value={draft.linked}
        onChange={(linked) => change({ linked })}
      />
      <OtherOrder
        label="Waits until this order is filled"
        short="After"
        value={draft.parent}
        onChange={(parent) => change({ parent })}
      />
      <label className={classes.check}>
        <input
          type="checkbox"
          checked={draft.reduceOnly}
          onChange={(event) => change({ reduceOnly: event.target.checked })}
        />
        <span>Reduce only</span>
        <span className={classes.quiet}>never opens, no protection</span>
      </label>
    </div>
  )
}

interface OtherOrderProps {
  label: string
  short: string
  value: string
  onChange: (orderId: string) => void
}

/** One of the account's open orders. */
function OtherOrder({ label, short, value, onChange }: OtherOrderProps) {
  const open = useOpenOrders().data?.filter((order) => !protects(order)) ?? []
  return (
    <div className={classes.row}>
      <label htmlFor={short}>
        {short}
        <span className="visually-hidden">: {label}</span>
      </label>
      <select
        id={short}
        className={classes.input}
        title={label}
        value={open.some(({ id }) => id === value) ? value : ''}
        onChange={(event) => onChange(event.target.value)}
      >
        <option value="">none</option>
        {open.map((order) => (
          <option key={order.id} value={order.id}>
            {nameOf(order)}
          </option>
        ))}
      </select>
    </div>
  )
}

const nameOf = (order: Order) => `#${order.ticket} ${orderInWords(order)}`
