import Big from 'big.js'
import { type Price, price, type Quantity } from '../../api/decimals'
import type { Instrument, Side } from '../../api/model'
import type { NewOrder } from '../../api/orders'
import type { Execution } from '../../ui/preferences'
import { dealingPrice } from '../orders/levels'
import type { TwoSided } from '../valuation/conversion'
import type { Terms } from './draft'

/** Points are steps of the last digit; the API takes price units. */
export function pointsToPrice(points: number, precision: number): Price {
  return price(new Big(points).div(new Big(10).pow(precision)).toFixed(precision))
}

/** What makes an order instant: the price on the button and how far it may have moved. */
export function priceTerms(side: Side, quote: TwoSided, points: number, precision: number) {
  return {
    requested_price: dealingPrice(side, quote),
    max_deviation: pointsToPrice(points, precision),
  }
}

export interface Ticket {
  instrument: Instrument
  side: Side
  units: Quantity
  terms: Terms
  execution: Execution
  quote: TwoSided | undefined
  deviationPoints: number
}

/** The whole order; only one at the market may name the price on the button. */
export function orderOf(ticket: Ticket, key: string): NewOrder {
  const { instrument, side, units, terms, execution, quote, deviationPoints } = ticket
  const order = { client_order_id: key, symbol: instrument.symbol, side, quantity: units, ...terms }
  if (terms.type !== 'market' || execution === 'market' || quote === undefined) return order
  return { ...order, ...priceTerms(side, quote, deviationPoints, instrument.price_precision) }
}
