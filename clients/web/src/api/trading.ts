import { createContext, useContext } from 'react'
import { type Api, answer } from './client'
import type {
  Account,
  CandleInterval,
  CandleItem,
  CandleSide,
  ClosePosition,
  Config,
  Fill,
  Instrument,
  LedgerEntry,
  Order,
  Page,
  Position,
} from './model'
import type { Amendment, Levels, NewOrder, Preview, PreviewOrder, Receipt } from './orders'

const PAGE = 50
/** As many as one answer of the API holds. */
const OPEN_MAX = 500

/** Candles as the group of the account sees them; times in RFC 3339. */
export interface CandleQuery {
  account_id: string
  interval: CandleInterval
  side: CandleSide
  from?: string
  to?: string
  limit: number
}

/**
 * The trading API in the terminal's own words.
 *
 * Decimals get their units here and nowhere else: the casts change the type, never the value.
 */
export class Trading {
  private readonly api: Api

  constructor(api: Api) {
    this.api = api
  }

  async accounts(): Promise<Account[]> {
    return (await answer(this.api.GET('/v1/accounts'))).items as Account[]
  }

  async account(accountId: string): Promise<Account> {
    const path = { account_id: accountId }
    return (await answer(
      this.api.GET('/v1/accounts/{account_id}', { params: { path } }),
    )) as Account
  }

  async instruments(): Promise<Instrument[]> {
    return (await answer(this.api.GET('/v1/symbols'))).items as Instrument[]
  }

  async candles(symbol: string, query: CandleQuery): Promise<CandleItem[]> {
    const params = { path: { symbol }, query }
    const call = this.api.GET('/v1/symbols/{symbol}/candles', { params })
    return (await answer(call)).items as CandleItem[]
  }

  async positions(accountId: string): Promise<Position[]> {
    const params = { path: { account_id: accountId }, query: { limit: 200 } }
    const call = this.api.GET('/v1/accounts/{account_id}/positions', { params })
    return (await answer(call)).items as Position[]
  }

  async orders(accountId: string, after?: string): Promise<Page<Order>> {
    const call = this.api.GET('/v1/accounts/{account_id}/orders', page(accountId, after))
    return (await answer(call)) as Page<Order>
  }

  async openOrders(accountId: string): Promise<Order[]> {
    const query = { state: 'open', limit: OPEN_MAX } as const
    const params = { path: { account_id: accountId }, query }
    const call = this.api.GET('/v1/accounts/{account_id}/orders', { params })
    return (await answer(call)).items as Order[]
  }

  async fills(accountId: string, after?: string): Promise<Page<Fill>> {
    const call = this.api.GET('/v1/accounts/{account_id}/fills', page(accountId, after))
    return (await answer(call)) as Page<Fill>
  }

  async ledger(accountId: string, after?: string): Promise<Page<LedgerEntry>> {
    const call = this.api.GET('/v1/accounts/{account_id}/ledger', page(accountId, after))
    return (await answer(call)) as Page<LedgerEntry>
  }

  async order(accountId: string, orderId: string): Promise<Order> {
    const params = { path: { account_id: accountId, order_id: orderId } }
    const call = this.api.GET('/v1/accounts/{account_id}/orders/{order_id}', { params })
    return (await answer(call)) as Order
  }

  async placeOrder(accountId: string, key: string, body: NewOrder): Promise<Order> {
    const params = { path: { account_id: accountId }, header: { 'Idempotency-Key': key } }
    const call = this.api.POST('/v1/accounts/{account_id}/orders', { params, body })
    return (await answer(call)) as Order
  }

  async preview(accountId: string, body: PreviewOrder, signal: AbortSignal): Promise<Preview> {
    const params = { path: { account_id: accountId } }
    const call = this.api.POST('/v1/accounts/{account_id}/orders/preview', { params, body, signal })
    return (await answer(call)) as Preview
  }

  async amendOrder(order: Order, body: Amendment): Promise<Order> {
    const params = { path: { account_id: order.account_id, order_id: order.id } }
    const call = this.api.PATCH('/v1/accounts/{account_id}/orders/{order_id}', { params, body })
    return (await answer(call)) as Order
  }

  async cancelOrder(accountId: string, orderId: string): Promise<Order> {
    const params = { path: { account_id: accountId, order_id: orderId } }
    const call = this.api.DELETE('/v1/accounts/{account_id}/orders/{order_id}', { params })
    return (await answer(call)) as Order
  }

  /** Cancel every open order that protects no position. */
  async cancelAll(accountId: string): Promise<Order[]> {
    const params = { path: { account_id: accountId } }
    const call = this.api.DELETE('/v1/accounts/{account_id}/orders', { params })
    return (await answer(call)).items as Order[]
  }

  async receipt(accountId: string, orderId: string): Promise<Receipt> {
    const params = { path: { account_id: accountId, order_id: orderId } }
    const call = this.api.GET('/v1/accounts/{account_id}/orders/{order_id}/receipt', { params })
    return (await answer(call)) as Receipt
  }

  async protectPosition({ account_id, id }: Position, body: Levels): Promise<Position> {
    const params = { path: { account_id, position_id: id } }
    const path = '/v1/accounts/{account_id}/positions/{position_id}'
    return (await answer(this.api.PATCH(path, { params, body }))) as Position
  }

  async closePosition(position: Position, key: string, body: ClosePosition): Promise<Order> {
    const path = '/v1/accounts/{account_id}/positions/{position_id}/close'
    return (await answer(this.api.POST(path, { params: keyed(position, key), body }))) as Order
  }

  async reverse(position: Position, key: string): Promise<Order[]> {
    const path = '/v1/accounts/{account_id}/positions/{position_id}/reverse'
    const call = this.api.POST(path, { params: keyed(position, key), body: {} })
    return (await answer(call)).items as Order[]
  }

  /** Close two opposite positions of one symbol against each other, as far as both go. */
  async closeBy(position: Position, opposite: Position, key: string): Promise<Order[]> {
    const path = '/v1/accounts/{account_id}/positions/{position_id}/close-by'
    const body = { opposite_position_id: opposite.id }
    const call = this.api.POST(path, { params: keyed(position, key), body })
    return (await answer(call)).items as Order[]
  }

  async closeAll(accountId: string, key: string): Promise<Order[]> {
    const params = { path: { account_id: accountId }, header: { 'Idempotency-Key': key } }
    const call = this.api.POST('/v1/accounts/{account_id}/positions/close-all', {
      params,
      body: {},
    })
    return (await answer(call)).items as Order[]
  }
}

function keyed({ account_id, id }: Position, key: string) {
  return { path: { account_id, position_id: id }, header: { 'Idempotency-Key': key } }
}

function page(accountId: string, after: string | undefined) {
  const query = after === undefined ? { limit: PAGE } : { limit: PAGE, after }
  return { params: { path: { account_id: accountId }, query } }
}

/** Where the stream is; clients never derive its address. */
export async function readConfig(api: Api): Promise<Config> {
  return answer(api.GET('/v1/config'))
}

export const TradingContext = createContext<Trading | undefined>(undefined)

export function useTrading(): Trading {
  const trading = useContext(TradingContext)
  if (trading === undefined) throw new Error('no trading API is provided')
  return trading
}
