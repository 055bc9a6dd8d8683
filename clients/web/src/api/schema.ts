/**
 * Hand-written from the API's contract, in the shape openapi-typescript writes;
 * `npm run generate` replaces this file once openapi.json is checked in.
 */
interface Json<T> {
  headers: Record<string, unknown>
  content: { 'application/json': T }
}
interface Problem {
  headers: Record<string, unknown>
  content: { 'application/problem+json': components['schemas']['Problem'] }
}
interface Parameters {
  query?: never
  header?: never
  path?: never
  cookie?: never
}
interface Page<T> {
  items: T[]
  next: string | null
}
interface Get<T, P = Parameters> {
  parameters: P
  requestBody?: never
  responses: { 200: Json<T>; default: Problem }
}
interface Post<B, T, P = Parameters, S extends number = 200> {
  parameters: P
  requestBody: { content: { 'application/json': B } }
  responses: { [status in S]: Json<T> } & { default: Problem }
}
interface PathItem {
  parameters: Parameters
  get?: never
  put?: never
  post?: never
  delete?: never
  options?: never
  head?: never
  patch?: never
  trace?: never
}
type Item<T> = Omit<PathItem, keyof T> & T
interface OfAccount {
  query?: { limit?: number; after?: string; state?: string }
  header?: never
  path: { account_id: string }
  cookie?: never
}
interface Submit {
  query?: never
  header: { 'Idempotency-Key': string }
  path: { account_id: string }
  cookie?: never
}

export interface paths {
  '/v1/config': Item<{ get: Get<components['schemas']['Config']> }>
  '/v1/auth/login': Item<{
    post: Post<components['schemas']['Login'], components['schemas']['Tokens']>
  }>
  '/v1/auth/refresh': Item<{
    post: Post<components['schemas']['Refresh'], components['schemas']['Tokens']>
  }>
  '/v1/auth/logout': Item<{
    post: Post<components['schemas']['Logout'], Record<string, never>>
  }>
  '/v1/me': Item<{ get: Get<components['schemas']['Me']> }>
  '/v1/accounts': Item<{ get: Get<Page<components['schemas']['Account']>> }>
  '/v1/accounts/{account_id}': Item<{
    get: Get<components['schemas']['Account'], Omit<OfAccount, 'query'> & { query?: never }>
  }>
  '/v1/accounts/{account_id}/events': Item<{
    get: Get<Page<components['schemas']['Event']>, OfAccount>
  }>
  '/v1/accounts/{account_id}/positions': Item<{
    get: Get<Page<components['schemas']['Position']>, OfAccount>
  }>
  '/v1/accounts/{account_id}/fills': Item<{
    get: Get<Page<components['schemas']['Fill']>, OfAccount>
  }>
  '/v1/accounts/{account_id}/ledger': Item<{
    get: Get<Page<components['schemas']['LedgerEntry']>, OfAccount>
  }>
  '/v1/accounts/{account_id}/orders': Item<{
    get: Get<Page<components['schemas']['Order']>, OfAccount>
    post: Post<components['schemas']['NewOrder'], components['schemas']['Order'], Submit, 201>
  }>
  '/v1/accounts/{account_id}/orders/{order_id}': Item<{
    get: Get<
      components['schemas']['Order'],
      { query?: never; header?: never; path: { account_id: string; order_id: string }; cookie?: never }
    >
    delete: Get<
      components['schemas']['Order'],
      { query?: never; header?: never; path: { account_id: string; order_id: string }; cookie?: never }
    >
  }>
  '/v1/accounts/{account_id}/positions/{position_id}/close': Item<{
    post: Post<
      components['schemas']['ClosePosition'],
      components['schemas']['Order'],
      {
        query?: never
        header: { 'Idempotency-Key': string }
        path: { account_id: string; position_id: string }
        cookie?: never
      },
      201
    >
  }>
  '/v1/symbols': Item<{ get: Get<Page<components['schemas']['Symbol']>> }>
  '/v1/prices': Item<{
    get: Get<
      { items: components['schemas']['Quote'][] },
      { query?: { symbols?: string }; header?: never; path?: never; cookie?: never }
    >
  }>
}

export interface components {
  schemas: {
    Config: { stream_url: string; version: string; environment: string }
    Login: { email: string; password: string; otp?: string }
    Refresh: { refresh_token: string }
    Logout: { everywhere?: boolean }
    Tokens: { access_token: string; expires_in: number; refresh_token: string }
    Me: { id: string; email: string; name: string; roles: string[] }
    Account: {
      id: string
      currency: string
      group: string
      leverage: string
      position_mode: string
      status: string
      balance: string
      credit: string
      unrealized_pnl: string | null
      equity: string | null
      used_margin: string | null
      reserved_margin: string
      free_margin: string | null
      margin_level: string | null
      as_of: string
      last_event: number
    }
    Position: {
      id: string
      account_id: string
      symbol: string
      side: 'buy' | 'sell'
      quantity: string
      open_price: string
      used_margin: string | null
      unrealized_pnl: string | null
      swap: string
      stop_loss: string | null
      take_profit: string | null
      opened_at: string
    }
    Reason: { code: string; message: string }
    Transition: { state: string; reason: string | null; at: string }
    Order: {
      id: string
      client_order_id: string | null
      account_id: string
      symbol: string
      side: 'buy' | 'sell'
      type: string
      quantity: string
      filled_quantity: string
      average_price: string | null
      limit_price: string | null
      stop_price: string | null
      worst_price: string | null
      stop_loss: string | null
      take_profit: string | null
      trailing_stop: string | null
      state: string
      reject: components['schemas']['Reason'] | null
      end: components['schemas']['Reason'] | null
      execution_mode: string | null
      time_in_force: string
      expires_at: string | null
      ticket: number
      label: string | null
      comment: string | null
      version: number
      cancel_requested: boolean
      facts: { type: string; at: string }[] | null
      position_id: string | null
      created_at: string
      updated_at: string
      transitions: components['schemas']['Transition'][] | null
    }
    NewOrder: {
      client_order_id?: string
      symbol: string
      side: 'buy' | 'sell'
      type: 'market'
      quantity: string
      requested_price?: string
      max_deviation?: string
    }
    ClosePosition: {
      quantity?: string
      requested_price?: string
      max_deviation?: string
      client_order_id?: string
    }
    Fill: {
      id: string
      order_id: string
      position_id: string
      symbol: string
      side: 'buy' | 'sell'
      quantity: string
      price: string
      displayed_price: string
      slippage: string
      commission: string
      realized_pnl: string
      quote_pnl: string
      conversion_rate: string
      time: string
    }
    LedgerEntry: {
      id: string
      transaction_id: string
      time: string
      type: string
      amount: string
      currency: string
      balance_after: string
      reference: string | null
    }
    Symbol: {
      symbol: string
      name: string
      asset_class: string
      base: string
      quote: string
      price_precision: number
      pip: string
      contract_size: string
      quantity_min: string
      quantity_step: string
      quantity_max: string
      margin_rate: string
      trade_mode: string
      tradable: boolean
      sessions: unknown
    }
    Quote: {
      symbol: string
      bid: string | null
      ask: string | null
      time: string
      tradable: boolean
    }
    Event: {
      account_id: string
      seq: number
      type: string
      time: string
      cause?: unknown
      data: Record<string, unknown>
    }
    Problem: {
      type: string
      title: string
      status: number
      detail?: string | null
      code: string
      errors?: { field: string; code: string; message: string }[]
    }
  }
}
