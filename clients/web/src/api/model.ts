import type { Money, Price, Quantity, Rate } from './decimals'
import type { TimeInForce } from './orders'
import type { components, paths } from './schema'

/** What the API answers, derived from its paths, with decimals given their units. */
type Answer<P extends keyof paths, M extends keyof paths[P]> = paths[P][M] extends {
  responses: { 200: { content: { 'application/json': infer T } } }
}
  ? T
  : never
type ItemOf<P extends keyof paths> = Answer<P, 'get'> extends { items: (infer T)[] } ? T : never

/** Give some fields of an answer their unit; a field the server dropped stops the compiler. */
export type With<T, Units extends Partial<Record<keyof T, unknown>>> = Omit<T, keyof Units> & Units

export type Config = Answer<'/v1/config', 'get'>
export type Side = 'buy' | 'sell'

export type Account = With<
  ItemOf<'/v1/accounts'>,
  {
    balance: Money
    credit: Money
    unrealized_pnl: Money | null
    equity: Money | null
    used_margin: Money | null
    reserved_margin: Money
    free_margin: Money | null
    margin_level: Rate | null
  }
>

export type Position = With<
  ItemOf<'/v1/accounts/{account_id}/positions'>,
  {
    quantity: Quantity
    open_price: Price
    used_margin: Money | null
    unrealized_pnl: Money | null
    swap: Money
    stop_loss: Price | null
    take_profit: Price | null
    trailing_stop: Price | null
  }
>

export type Order = With<
  ItemOf<'/v1/accounts/{account_id}/orders'>,
  {
    quantity: Quantity
    filled_quantity: Quantity
    average_price: Price | null
    limit_price: Price | null
    stop_price: Price | null
    worst_price: Price | null
    stop_loss: Price | null
    take_profit: Price | null
    stop_loss_distance: Price | null
    take_profit_distance: Price | null
    trailing_stop: Price | null
  }
>
export type Transition = NonNullable<Order['transitions']>[number]

export type Fill = With<
  ItemOf<'/v1/accounts/{account_id}/fills'>,
  {
    quantity: Quantity
    price: Price
    displayed_price: Price
    slippage: Price
    commission: Money
    realized_pnl: Money
  }
>

export type LedgerEntry = With<
  ItemOf<'/v1/accounts/{account_id}/ledger'>,
  { amount: Money; balance_after: Money }
>

export type Instrument = With<
  ItemOf<'/v1/symbols'>,
  {
    pip: Price
    contract_size: Quantity
    quantity_min: Quantity
    quantity_step: Quantity
    quantity_max: Quantity
    margin_rate: Rate
    time_in_force: TimeInForce[]
    stop_distance: Price
    freeze_distance: Price
    price_collar: Rate | null
    guaranteed_stop: GuaranteedTerms | null
  }
>

/** What a guaranteed stop costs per unit, and how far away it has to stand; both in price units. */
export type GuaranteedTerms = With<
  components['schemas']['GuaranteedStop'],
  { premium: Price; distance: Price }
>

export type CandleInterval = components['schemas']['Interval']
export type CandleSide = components['schemas']['CandleSide']
export type CandleItem = With<
  ItemOf<'/v1/symbols/{symbol}/candles'>,
  { open: Price; high: Price; low: Price; close: Price }
>

export type LiquidityLevel = With<
  components['schemas']['LiquidityLevel'],
  { price: Price; size: Quantity }
>
export type LiquidityQuote = With<
  components['schemas']['LiquidityQuote'],
  { bid: Price; ask: Price; bid_size: Quantity; ask_size: Quantity }
>
export type SymbolLiquidity = With<
  ItemOf<'/v1/admin/liquidity'>,
  {
    bid: Price | null
    ask: Price | null
    bids: LiquidityLevel[]
    asks: LiquidityLevel[]
    quotes: LiquidityQuote[]
  }
>
export type LpLiquidity = components['schemas']['LpLiquidity']

/** What the LPs offer now. */
export interface Liquidity {
  items: SymbolLiquidity[]
  lps: LpLiquidity[]
}

type ExposureItem<K extends 'symbols' | 'currencies' | 'groups'> = Answer<
  '/v1/admin/exposure',
  'get'
>[K][number]

export type SymbolExposure = With<
  ExposureItem<'symbols'>,
  {
    long: Quantity
    short: Quantity
    net: Quantity
    notional: Money | null
    unrealized_pnl: Money | null
  }
>
export type CurrencyExposure = With<
  ExposureItem<'currencies'>,
  { amount: Quantity; notional: Money | null }
>
export type GroupExposure = With<
  ExposureItem<'groups'>,
  { long: Money | null; short: Money | null; net: Money | null; unrealized_pnl: Money | null }
>

/** What the house holds against its clients, seen from the house. */
export type HouseExposure = With<
  Answer<'/v1/admin/exposure', 'get'>,
  { symbols: SymbolExposure[]; currencies: CurrencyExposure[]; groups: GroupExposure[] }
>

/** One event of the account's log, as the stream and the event list carry it. */
export interface AccountEvent {
  account_id: string
  seq: number
  type: string
  time: string
  data: Record<string, unknown>
}

export interface Page<T> {
  items: T[]
  next: string | null
}

export interface ClosePosition {
  client_order_id: string
  quantity?: Quantity
  requested_price?: Price
  max_deviation?: Price
}
