import type { Money, Price, Quantity, Rate } from './decimals'
import type { Side, With } from './model'
import type { components } from './schema'

type Body = components['schemas']['OrderBody']
export type OrderType = NonNullable<Body['type']>
export type TimeInForce = NonNullable<Body['time_in_force']>
export type TriggerSide = NonNullable<Body['trigger_side']>

/** Where a protective order is to stand: at a price or so far from the fill; null takes it away. */
export interface Levels {
  stop_loss?: Price | null
  stop_loss_distance?: Price
  take_profit?: Price | null
  take_profit_distance?: Price
  trailing_stop?: Price | null
  guaranteed_stop?: boolean
}

export interface NewOrder extends Levels {
  client_order_id: string
  symbol: string
  side: Side
  quantity: Quantity
  type: OrderType
  time_in_force?: TimeInForce
  expires_at?: string
  limit_price?: Price
  stop_price?: Price
  worst_price?: Price
  trigger_side?: TriggerSide
  reduce_only?: boolean
  requested_price?: Price
  max_deviation?: Price
  linked_order_id?: string
  parent_order_id?: string
}

/** An order that is only asked about has no name yet. */
export type PreviewOrder = Omit<NewOrder, 'client_order_id'>

/** What of an order is to change; the version is the one on screen. */
export interface Amendment extends Levels {
  version: number
  quantity?: Quantity
  limit_price?: Price
  stop_price?: Price
  worst_price?: Price | null
  expires_at?: string
}

/** What the server says an order would do now. Nothing is stored. */
export type Preview = With<
  components['schemas']['Preview'],
  {
    price: Price | null
    margin: Money | null
    commission: Money
    spread_cost: Money | null
    used_margin_after: Money | null
    free_margin_after: Money | null
    equity_after: Money | null
    margin_level_after: Rate | null
  }
>

/** What one fill of an order was made of, in the order of its times. */
export type ReceiptFill = With<
  components['schemas']['FillReceipt'],
  {
    quantity: Quantity
    price: Price
    displayed_price: Price
    requested_price: Price | null
    slippage: Price
    markup: Price
    commission: Money
    quote: With<components['schemas']['ReceiptQuote'], { bid: Price | null; ask: Price | null }>
  }
>
export type ReceiptTimes = components['schemas']['ReceiptTimes']

/** How an order came by its prices. */
export type Receipt = With<components['schemas']['Receipt'], { fills: ReceiptFill[] }>
