import Big from 'big.js'
import { big, isDecimal, type Price, price, type Quantity, quantity } from '../../api/decimals'
import type { Instrument, NewOrder, Side } from '../../api/model'
import { formatQuantity } from '../../ui/format'
import type { Execution } from '../../ui/preferences'
import type { TwoSided } from '../valuation/conversion'

const SUFFIXES: Readonly<Record<string, string>> = { k: '1000', m: '1000000' }

/** Units out of what a trader types: 100000, 100,000, 100k, 1.5m. */
export function parseQuantity(text: string): Quantity | undefined {
  const plain = text.trim().toLowerCase().replace(/[,\s]/g, '')
  const suffix = SUFFIXES[plain.slice(-1)]
  const digits = suffix ? plain.slice(0, -1) : plain
  if (!isDecimal(digits)) return undefined
  const units = new Big(digits).times(suffix ?? 1)
  return units.gt(0) ? quantity(units.toFixed()) : undefined
}

type Limits = Pick<Instrument, 'quantity_min' | 'quantity_max' | 'quantity_step'>

/** Why the instrument does not trade in this quantity; the server decides it again. */
export function quantityProblem(units: Quantity, limits: Limits): string | undefined {
  const value = big(units)
  if (value.lt(big(limits.quantity_min))) return `At least ${formatQuantity(limits.quantity_min)}`
  if (value.gt(big(limits.quantity_max))) return `At most ${formatQuantity(limits.quantity_max)}`
  if (!value.mod(big(limits.quantity_step)).eq(0)) {
    return `In steps of ${formatQuantity(limits.quantity_step)}`
  }
  return undefined
}

/** The quantity one step of a fraction of a lot away, kept within what the instrument trades. */
export function stepped(units: Quantity, by: Big, limits: Limits): Quantity {
  const step = big(limits.quantity_step)
  const wanted = big(units).plus(by).div(step).round(0, Big.roundDown).times(step)
  const [least, most] = [big(limits.quantity_min), big(limits.quantity_max)]
  const kept = wanted.lt(least) ? least : wanted.gt(most) ? most : wanted
  return quantity(kept.toFixed())
}

/** Points are steps of the last digit; the API takes price units. */
export function pointsToPrice(points: number, precision: number): Price {
  return price(new Big(points).div(new Big(10).pow(precision)).toFixed(precision))
}

/** The price a side deals at: buyers pay the ask, sellers get the bid. */
export function dealingPrice(side: Side, quote: TwoSided): Price {
  return side === 'buy' ? quote.ask : quote.bid
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
  execution: Execution
  quote: TwoSided
  deviationPoints: number
}

export function orderOf(ticket: Ticket, key: string): NewOrder {
  const { instrument, side, units, execution, quote, deviationPoints } = ticket
  const order = { client_order_id: key, symbol: instrument.symbol, side, quantity: units }
  if (execution === 'market') return order
  return { ...order, ...priceTerms(side, quote, deviationPoints, instrument.price_precision) }
}
