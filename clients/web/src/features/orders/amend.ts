import type { Price } from '../../api/decimals'
import type { Instrument, Order } from '../../api/model'
import type { Amendment } from '../../api/orders'
import { formatPrice, formatQuantity, formatTime } from '../../ui/format'
import { parsePips, parsePrice } from './levels'
import { parseQuantity, quantityProblem } from './quantity'

/** What of an order or a position can be changed in place. */
export type AmendField = 'quantity' | 'limit_price' | 'stop_price' | LevelField
export type LevelField = 'stop_loss' | 'take_profit' | 'trailing_stop'

const WORDS: Readonly<Record<AmendField, string>> = {
  quantity: 'Quantity',
  limit_price: 'Limit price',
  stop_price: 'Trigger price',
  stop_loss: 'Stop loss',
  take_profit: 'Take profit',
  trailing_stop: 'Trailing stop',
}

export const fieldWord = (field: AmendField): string => WORDS[field]

/** What is sent of an order, but for the version it is about. */
export type Change = Omit<Amendment, 'version'>

/**
 * A typed text as the change it asks for; undefined when it cannot be read.
 *
 * Nothing takes a level away, `20p` puts it twenty pips from the entry. What trails, and only that,
 * is always in pips.
 */
export function changeOf(
  field: AmendField,
  text: string,
  instrument: Instrument,
): Change | undefined {
  const plain = text.trim()
  if (field === 'quantity') {
    const units = parseQuantity(plain)
    return units && !quantityProblem(units, instrument) ? { quantity: units } : undefined
  }
  if (plain === '') return isLevel(field) ? { [field]: null } : undefined
  if (field === 'trailing_stop') return as(field, parsePips(plain.replace(/p$/, ''), instrument))
  if (isLevel(field) && plain.endsWith('p')) {
    return as(`${field}_distance`, parsePips(plain.slice(0, -1), instrument))
  }
  return as(field, parsePrice(plain, instrument.price_precision))
}

const as = (field: keyof Change, value: Price | undefined): Change | undefined =>
  value && { [field]: value }

const isLevel = (field: AmendField): field is LevelField =>
  ['stop_loss', 'take_profit', 'trailing_stop'].includes(field)

/** Why a text cannot be sent for a field; undefined when it can. */
export function amendProblem(
  field: AmendField,
  text: string,
  instrument: Instrument,
): string | undefined {
  if (changeOf(field, text, instrument)) return undefined
  if (field === 'trailing_stop') return 'Pips, or nothing to remove it'
  if (field !== 'quantity') {
    const price = `A price with at most ${instrument.price_precision} decimals`
    return isLevel(field) ? `${price}, pips as 20p, or nothing to remove it` : price
  }
  const units = parseQuantity(text)
  return units ? quantityProblem(units, instrument) : 'Not a quantity'
}

/** What became different between two states of an order, in words. */
export function changesBetween(before: Order, after: Order, precision: number): string[] {
  const shown = (order: Order): Record<string, string> => ({
    Quantity: formatQuantity(order.quantity),
    'Limit price': at(order.limit_price, precision),
    'Trigger price': at(order.stop_price, precision),
    'Worst price': at(order.worst_price, precision),
    'Stop loss': level(order.stop_loss, order.stop_loss_distance, precision),
    'Take profit': level(order.take_profit, order.take_profit_distance, precision),
    'Trailing stop': level(null, order.trailing_stop, precision),
    Lasts: order.expires_at ? `until ${formatTime(order.expires_at)}` : 'until cancelled',
    State: order.state.replace('_', ' '),
  })
  const [then, now] = [shown(before), shown(after)]
  return Object.keys(then)
    .filter((word) => then[word] !== now[word])
    .map((word) => `${word} ${then[word]} → ${now[word]}`)
}

const at = (price: Price | null, precision: number) =>
  price === null ? 'none' : formatPrice(price, precision)

function level(price: Price | null, distance: Price | null, precision: number): string {
  return price === null && distance !== null
    ? `${formatPrice(distance, precision)} away`
    : at(price, precision)
}
