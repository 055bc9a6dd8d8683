import { money, price, quantity } from '../../api/decimals'
import type { AccountEvent, Side } from '../../api/model'
import { formatMoney, formatPrice, formatQuantity, formatSigned, humanise } from '../../ui/format'
import { ledgerWord, sideWord } from '../../ui/words'

/** Decimals of a symbol's prices; undefined while its terms are not known. */
export type PrecisionOf = (symbol: string) => number | undefined

/** What the events of an account are about, newest first as they are shown, by number. */
export function eventWords(
  events: readonly AccountEvent[],
  currency: string,
  precisionOf: PrecisionOf,
): ReadonlyMap<number, string> {
  const orders = ordersIn(events)
  return new Map(
    events.map((event) => [event.seq, about(event, orders, currency, precisionOf)] as const),
  )
}

type Data = AccountEvent['data']

/** A step only names its order; the order itself comes with the last event of its transaction. */
function ordersIn(events: readonly AccountEvent[]): ReadonlyMap<unknown, Data> {
  const whole = events.filter(({ type, data }) => type.startsWith('order.') && 'symbol' in data)
  return new Map(whole.map(({ data }) => [data.id, data]))
}

function about(
  { type, data }: AccountEvent,
  orders: ReadonlyMap<unknown, Data>,
  currency: string,
  precisionOf: PrecisionOf,
): string {
  switch (type.split('.')[0]) {
    case 'order': {
      const order = orders.get(data.id)
      if (order === undefined) return ''
      const average = type === 'order.filled' ? order.average_price : undefined
      return deal(order, order.quantity, average, precisionOf)
    }
    case 'position':
      return deal(data, data.closed_at ? undefined : data.quantity, data.open_price, precisionOf)
    case 'ledger':
      return posted(data, currency)
    case 'margin':
      return typeof data.level === 'string' ? `Level ${data.level} %` : ''
    default:
      return typeof data.status === 'string' ? humanise(data.status) : ''
  }
}

/** `Buy 40,000 EURUSD at 1.12431`; what is not there is left out. */
function deal(data: Data, amount: unknown, at: unknown, precisionOf: PrecisionOf): string {
  const symbol = String(data.symbol)
  const words = [sideWord(data.side as Side)]
  if (typeof amount === 'string') words.push(formatQuantity(quantity(amount)))
  words.push(symbol)
  if (typeof at === 'string') words.push('at', shownPrice(at, precisionOf(symbol)))
  return words.join(' ')
}

function shownPrice(text: string, precision: number | undefined): string {
  return precision === undefined ? text : formatPrice(price(text), precision)
}

interface Entry {
  type: string
  amount: string
}

/** `P/L −7.68, balance 9,992.32`. */
function posted(data: Data, currency: string): string {
  const entries = (Array.isArray(data.entries) ? data.entries : []) as Entry[]
  const words = entries.map(
    ({ type, amount }) => `${ledgerWord(type)} ${formatSigned(money(amount), currency)}`,
  )
  if (typeof data.balance === 'string') {
    words.push(`balance ${formatMoney(money(data.balance), currency)}`)
  }
  return words.join(', ')
}
