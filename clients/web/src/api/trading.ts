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
  NewOrder,
  Order,
  Page,
  Position,
} from './model'

const PAGE = 50

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

  async placeOrder(accountId: string, key: string, order: NewOrder): Promise<Order> {
    const call = this.api.POST('/v1/accounts/{account_id}/orders', {
      params: { path: { account_id: accountId }, header: { 'Idempotency-Key': key } },
      body: { type: 'market', ...order },
    })
    return (await answer(call)) as Order
  }

  async cancelOrder(accountId: string, orderId: string): Promise<Order> {
    const params = { path: { account_id: accountId, order_id: orderId } }
    const call = this.api.DELETE('/v1/accounts/{account_id}/orders/{order_id}', { params })
    return (await answer(call)) as Order
  }

  async closePosition(position: Position, key: string, close: ClosePosition): Promise<Order> {
    const path = { account_id: position.account_id, position_id: position.id }
    const call = this.api.POST('/v1/accounts/{account_id}/positions/{position_id}/close', {
      params: { path, header: { 'Idempotency-Key': key } },
      body: close,
    })
    return (await answer(call)) as Order
  }
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
