import type { Instrument, Order } from '../../api/model'
import { EditableCell } from '../../ui/editable-cell'
import { formatPrice, formatQuantity } from '../../ui/format'
import { type AmendField, amendProblem, changeOf, fieldWord } from './amend'
import { inPips } from './levels'
import { protects } from './order-words'
import { useAmend } from './use-amend'

export interface OrderCellProps {
  order: Order
  instrument: Instrument | undefined
  field: AmendField
}

const OPEN: readonly Order['state'][] = ['accepted', 'working', 'partially_filled']

/** A term of an open order, changed in place while it may be. */
export function OrderCell({ order, instrument, field }: OrderCellProps) {
  const amend = useAmend(instrument)
  const shown = shownTerm(order, field, instrument)
  if (instrument === undefined || !canAmend(order, field)) return <span>{shown}</span>
  return (
    <EditableCell
      label={`${fieldWord(field)} of order ${order.ticket}`}
      shown={shown}
      text={typedTerm(order, field, instrument)}
      subject={order}
      problem={(text) => amendProblem(field, text, instrument)}
      save={async (text, subject) => {
        const change = changeOf(field, text, instrument)
        return change ? amend(subject, change) : 'refused'
      }}
    />
  )
}

/** A protective order follows its position: its quantity and what protects it are not its own. */
export function canAmend(order: Order, field: AmendField): boolean {
  if (!OPEN.includes(order.state) || order.triggered_at || order.type === 'market') return false
  if (!protects(order)) return field === 'quantity' || field in TERMS || order[field] !== null
  if (order.reason === 'trailing') return field === 'trailing_stop'
  return (field === 'limit_price' || field === 'stop_price') && order[field] !== null
}

/** Terms an order can be given that it does not have yet. */
const TERMS = { stop_loss: true, take_profit: true, trailing_stop: true } as const

function shownTerm(order: Order, field: AmendField, instrument: Instrument | undefined): string {
  if (field === 'quantity') return formatQuantity(order.quantity)
  const value = order[field]
  if (field === 'trailing_stop') {
    return value && instrument ? `${inPips(value, instrument.pip)} pips` : '–'
  }
  const distance = distanceOf(order, field)
  if (value === null && distance && instrument) return `${inPips(distance, instrument.pip)} pips`
  return formatPrice(value, instrument?.price_precision ?? 5)
}

function typedTerm(order: Order, field: AmendField, { pip, price_precision }: Instrument): string {
  if (field === 'quantity') return formatQuantity(order.quantity)
  const value = order[field]
  if (field === 'trailing_stop') return value ? inPips(value, pip) : ''
  const distance = distanceOf(order, field)
  if (value === null) return distance ? `${inPips(distance, pip)}p` : ''
  return formatPrice(value, price_precision)
}

function distanceOf(order: Order, field: AmendField) {
  if (field === 'stop_loss') return order.stop_loss_distance
  return field === 'take_profit' ? order.take_profit_distance : null
}
