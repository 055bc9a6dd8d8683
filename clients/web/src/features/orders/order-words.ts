import type { Order } from '../../api/model'
import type { NewOrder } from '../../api/orders'
import { formatPrice, formatQuantity, formatTime } from '../../ui/format'
import { originWord, reasonInWords, sideWord, typeWithin, typeWord } from '../../ui/words'

type Asked = Pick<NewOrder, 'side' | 'quantity' | 'symbol' | 'type'>

/** `Buy limit 10,000 EURUSD`; a market order is just bought or sold. */
export function orderInWords({ side, quantity, symbol, type }: Asked | Order): string {
  const kind = type === 'market' ? '' : ` ${typeWithin(type)}`
  return `${sideWord(side)}${kind} ${formatQuantity(quantity)} ${symbol}`
}

/** What kind of order it is: what it protects, or its type. */
export function kindInWords(order: Order): string {
  return originWord(order.reason) ?? typeWord(order.type)
}

/** The prices it waits for: `1.12000`, or `1.12000 → 1.11900` where a trigger sets a limit off. */
export function pricesInWords(
  order: Pick<Order, 'stop_price' | 'limit_price'>,
  precision: number,
): string {
  const prices = [order.stop_price, order.limit_price].filter((price) => price !== null)
  return prices.map((price) => formatPrice(price, precision)).join(' → ')
}

/** How long it lives: `GTC`, or until when. */
export function lifeInWords({ time_in_force, expires_at }: Order): string {
  const life = time_in_force.toUpperCase()
  return expires_at ? `${life} ${formatTime(expires_at).replace(/:\d\d\.\d+$/, '')}` : life
}

/** Orders that stand for a position's own levels. */
export function protects({ reason }: Pick<Order, 'reason'>): boolean {
  return ['stop_loss', 'take_profit', 'trailing'].includes(reason)
}

/** Why it ended other than filled; nothing for what went as it should. */
export function endInWords(order: Order): string {
  const why = order.reject ?? order.end
  if (!why) return ''
  if (protects(order) && why.code === 'linked') return 'Ended with its position.'
  return reasonInWords(why)
}
