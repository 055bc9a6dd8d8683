import type { AccountEvent, Instrument, Order } from '../../api/model'
import { formatPrice, formatQuantity } from '../../ui/format'
import type { Tone } from '../../ui/toast'
import { originWord, reasonInWords } from '../../ui/words'
import { orderInWords, pricesInWords, protects } from './order-words'

export interface News {
  tone: Tone
  title: string
  message: string
}

/** What to tell about an order in its present state; nothing of what goes without saying. */
export function orderNews(order: Order, instrument: Instrument | undefined): News | undefined {
  const what = orderInWords(order)
  const precision = instrument?.price_precision ?? 5
  const origin = originWord(order.reason)
  switch (order.state) {
    case 'filled': {
      const done = `${order.side === 'buy' ? 'Bought' : 'Sold'} ${formatQuantity(order.filled_quantity)}`
      const at = formatPrice(order.average_price, precision)
      const title = `${origin ?? 'Order'} filled`
      return { tone: 'good', title, message: `${done} ${order.symbol} at ${at}.` }
    }
    case 'rejected':
      return { tone: 'refused', title: `Rejected: ${what}`, message: why(order.reject) }
    case 'cancelled':
      // With its position a protective order goes, too: the close itself is the news.
      if (protects(order) && order.end?.code === 'linked') return undefined
      return { tone: 'warning', title: `Cancelled: ${what}`, message: why(order.end) }
    case 'accepted':
    case 'working':
      if (order.type === 'market' || protects(order)) return undefined
      return { tone: 'good', title: 'Order placed', message: `${what}${placed(order, precision)}.` }
    default:
      return undefined
  }
}

function placed(order: Order, precision: number): string {
  const after = order.state === 'accepted' ? ', after its parent' : ''
  return ` at ${pricesInWords(order, precision)}${after}`
}

function why(reason: Order['reject']): string {
  return reason ? reasonInWords(reason) : 'The server gave no reason.'
}

const ACCOUNT_NEWS: Readonly<Record<string, News>> = {
  'margin.call': {
    tone: 'warning',
    title: 'Margin call',
    message: 'Your margin level is low. Add funds or reduce positions to avoid a stop-out.',
  },
  'margin.cleared': {
    tone: 'good',
    title: 'Margin call over',
    message: 'Your margin level is sufficient again.',
  },
  'margin.stop_out': {
    tone: 'refused',
    title: 'Stop-out',
    message: 'Positions are being closed because the margin level is too low.',
  },
}

/** News of the account that are not about one order. */
export function accountNews(event: AccountEvent): News | undefined {
  return ACCOUNT_NEWS[event.type]
}
