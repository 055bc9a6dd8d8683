import { createContext, useContext } from 'react'
import type { AccountEvent, Instrument, Order } from '../../api/model'
import type { Trading } from '../../api/trading'
import { toast } from '../../ui/toast'
import { accountNews, type News, orderNews } from './order-news'

/** Orders are also placed from elsewhere; only their end is told then. */
const FINAL = new Set(['order.filled', 'order.rejected', 'order.cancelled'])
const REMEMBERED_MAX = 2000

/**
 * Tells each outcome once, whether the answer or the event of it comes first.
 *
 * Orders of other tabs, devices and of the server itself (stop-out) are only known by their event.
 */
export class Announcer {
  private readonly told = new Set<string>()
  private readonly trading: Trading
  private readonly instrument: (symbol: string) => Instrument | undefined
  private readonly show: (news: News) => void

  constructor(
    trading: Trading,
    instrument: (symbol: string) => Instrument | undefined,
    show: (news: News) => void = ({ tone, title, message }) => toast(tone, title, message),
  ) {
    this.trading = trading
    this.instrument = instrument
    this.show = show
  }

  order(order: Order): void {
    const news = orderNews(order, this.instrument(order.symbol))
    if (news && this.isFirst(tellingOf(order.id, order.state))) this.show(news)
  }

  event(accountId: string, event: AccountEvent): void {
    const news = accountNews(event)
    if (news) this.show(news)
    const orderId = orderIdOf(event)
    const state = event.type.replace('order.', '')
    if (!FINAL.has(event.type) || orderId === undefined) return
    if (this.told.has(tellingOf(orderId, state))) return
    this.trading.order(accountId, orderId).then(
      (order) => this.order(order),
      // The orders list shows it all the same; a toast is not worth a second error.
      () => undefined,
    )
  }

  private isFirst(telling: string): boolean {
    if (this.told.has(telling)) return false
    if (this.told.size >= REMEMBERED_MAX) this.told.clear()
    this.told.add(telling)
    return true
  }
}

/** An order that waits is news once, and again when it ends. */
const tellingOf = (orderId: string, state: string) => `${orderId} ${state}`

function orderIdOf({ data }: AccountEvent): string | undefined {
  const id = data.order_id ?? data.id
  return typeof id === 'string' ? id : undefined
}

export const AnnouncerContext = createContext<Announcer | undefined>(undefined)

export function useAnnouncer(): Announcer {
  const announcer = useContext(AnnouncerContext)
  if (announcer === undefined) throw new Error('no announcer is provided')
  return announcer
}
