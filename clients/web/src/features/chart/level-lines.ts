import { big, type Price, price } from '../../api/decimals'
import type { Instrument, Order, Position, Side } from '../../api/model'
import { formatPips, formatQuantity } from '../../ui/format'
import { typeWord } from '../../ui/words'
import type { AmendField, Change, LevelField } from '../orders/amend'
import { kindOf, type LevelKind, levelAt } from '../orders/levels'
import { protects } from '../orders/order-words'

/** What a line stands for, and so what changes when it is dragged. */
export type Target =
  | { of: 'position'; position: Position; field: LevelField | 'open_price' }
  | { of: 'order'; order: Order; field: AmendField }

export interface LevelLine {
  id: string
  price: Price
  title: string
  /** How it is drawn: where a position was opened, what ends it, what waits. */
  look: 'open' | 'stop_loss' | 'take_profit' | 'order'
  side: Side
  target: Target
  /** What stands elsewhere by a rule of its own cannot be dragged. */
  fixed: boolean
}

/** Every level of the symbol on the chart, each with what it says beside its price. */
export function levelLines(
  positions: readonly Position[],
  orders: readonly Order[],
  instrument: Instrument,
): LevelLine[] {
  const of = <T extends { symbol: string }>(items: readonly T[]) =>
    items.filter(({ symbol }) => symbol === instrument.symbol)
  return [
    ...of(positions).flatMap((position) => positionLines(position, instrument)),
    ...of(orders).flatMap((order) =>
      protects(order) ? trailingLine(order) : orderLines(order, instrument),
    ),
  ]
}

const SIGN: Readonly<Record<Side, string>> = { buy: '▲', sell: '▼' }
const SHORT: Readonly<Record<LevelKind, string>> = { stop_loss: 'SL', take_profit: 'TP' }
const KINDS = ['stop_loss', 'take_profit'] as const

function positionLines(position: Position, instrument: Instrument): LevelLine[] {
  const { id, side, open_price, quantity } = position
  const line = (field: LevelKind | 'open_price', price: Price, title: string): LevelLine => ({
    id: `${id} ${field}`,
    price,
    title,
    look: field === 'open_price' ? 'open' : field,
    side,
    target: { of: 'position', position, field },
    fixed: false,
  })
  const levels = KINDS.flatMap((kind) => {
    const level = position[kind]
    return level === null
      ? []
      : [line(kind, level, `${SHORT[kind]} ${pipsFrom(side, open_price, level, instrument)}`)]
  })
  return [line('open_price', open_price, `${SIGN[side]} ${formatQuantity(quantity)}`), ...levels]
}

/** What a level is worth in pips, from where the position was or would be opened. */
export function pipsFrom(side: Side, entry: Price, level: Price, { pip }: Instrument): string {
  const move = big(level)
    .minus(big(entry))
    .times(side === 'buy' ? 1 : -1)
  return formatPips(move.div(big(pip)))
}

function trailingLine(order: Order): LevelLine[] {
  if (order.reason !== 'trailing' || order.stop_price === null) return []
  return [
    {
      id: `${order.id} trailing`,
      price: order.stop_price,
      title: 'Trailing',
      look: 'stop_loss',
      side: order.side,
      target: { of: 'order', order, field: 'stop_price' },
      fixed: true,
    },
  ]
}

function orderLines(order: Order, instrument: Instrument): LevelLine[] {
  const { id, side, ticket, triggered_at } = order
  const fixed = triggered_at !== null || order.type === 'market'
  const line = (field: AmendField, at: Price, title: string, look: LevelLine['look']) => ({
    id: `${id} ${field}`,
    price: at,
    title,
    look,
    side,
    target: { of: 'order' as const, order, field },
    fixed,
  })
  const what = `${SIGN[side]} ${typeWord(order.type)} ${formatQuantity(order.quantity)}`
  const lines: LevelLine[] = []
  if (order.stop_price) lines.push(line('stop_price', order.stop_price, what, 'order'))
  if (order.limit_price) {
    const title = order.stop_price ? `#${ticket} limit` : what
    lines.push(line('limit_price', order.limit_price, title, 'order'))
  }
  const entry = order.limit_price ?? order.stop_price
  for (const kind of KINDS) {
    const level = entry && levelOf(order, kind, entry, instrument)
    if (level) lines.push(line(kind, level, `#${ticket} ${SHORT[kind]}`, kind))
  }
  return lines
}

function levelOf(order: Order, kind: LevelKind, entry: Price, { price_precision }: Instrument) {
  const distance = order[`${kind}_distance`]
  if (order[kind] !== null || distance === null) return order[kind]
  return price(levelAt(kind, order.side, entry, distance).toFixed(price_precision))
}

/** What dragging a line to a price changes; dragging from the entry gives a new level. */
export function draggedTo({ target, side }: LevelLine, to: Price, current: Price): Change {
  const field = target.field === 'open_price' ? kindOf(side, to, current) : target.field
  return { [field]: to }
}
