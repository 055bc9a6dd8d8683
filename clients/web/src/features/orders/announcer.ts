import { createContext, useContext } from 'react'
import type { AccountEvent, Instrument, Order } from '../../api/model'
import type { Trading } from '../../api/trading'
import { toast } from '../../ui/toast'
import { accountNews, type News, orderNews } from './order-news'

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
    if (news && this.isFirst(order.id)) this.show(news)
  }

  event(accountId: string, event: AccountEvent): void {
    const news = accountNews(event)
    if (news) this.show(news)
    const orderId = orderIdOf(event)
    if (!FINAL.has(event.type) || orderId === undefined || this.told.has(orderId)) return
    this.trading.order(accountId, orderId).then(
      (order) => this.order(order),
      // The orders list shows it all the same; a toast is not worth a second error.
      () => undefined,
    )
  }

  private isFirst(orderId: string): boolean {
    if (this.told.has(orderId)) return false
    if (this.told.size >= REMEMBERED_MAX) this.told.clear()
    this.told.add(orderId)
    return true
  }
}

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
