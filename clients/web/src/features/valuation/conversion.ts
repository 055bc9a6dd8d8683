import Big from 'big.js'
import { big, type Price } from '../../api/decimals'

/** Both sides of a price, as far as valuation needs it. */
export interface TwoSided {
  bid: Price
  ask: Price
}

export type QuoteLookup = (symbol: string) => TwoSided | undefined

const HUB = 'USD'
const ONE = new Big(1)

/**
 * What one unit of `from` is worth in `to`: the listed pair's mid, its inverse, or through USD.
 *
 * Indicative: the server converts at unmarked mids, a client only ever sees its group's prices.
 */
export function conversionRate(from: string, to: string, quotes: QuoteLookup): Big | undefined {
  if (from === to) return ONE
  const direct = listedOrInverse(from, to, quotes)
  if (direct || from === HUB || to === HUB) return direct
  const first = listedOrInverse(from, HUB, quotes)
  const second = listedOrInverse(HUB, to, quotes)
  return first && second && first.times(second)
}

/** Every symbol a conversion may look at, so that a screen can listen to them. */
export function conversionSymbols(from: string, to: string): string[] {
  if (from === to) return []
  const pairs = [`${from}${to}`, `${to}${from}`]
  if (from === HUB || to === HUB) return pairs
  return [...pairs, `${from}${HUB}`, `${HUB}${from}`, `${HUB}${to}`, `${to}${HUB}`]
}

function listedOrInverse(from: string, to: string, quotes: QuoteLookup): Big | undefined {
  const listed = quotes(`${from}${to}`)
  if (listed) return mid(listed)
  const inverse = quotes(`${to}${from}`)
  return inverse && ONE.div(mid(inverse))
}

function mid(quote: TwoSided): Big {
  return big(quote.bid).plus(big(quote.ask)).div(2)
}
