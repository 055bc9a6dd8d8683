import Big from 'big.js'
import { big, isDecimal, type Price, price } from '../../api/decimals'
import type { Instrument, Side } from '../../api/model'
import type { TwoSided } from '../valuation/conversion'

export type LevelKind = 'stop_loss' | 'take_profit'

/** A price with no more decimals than the instrument has; undefined for anything else. */
export function parsePrice(text: string, precision: number): Price | undefined {
  const plain = text.trim().replace(/,/g, '')
  if (!isDecimal(plain)) return undefined
  const value = new Big(plain)
  return value.gt(0) && value.round(precision).eq(value) ? price(value.toFixed()) : undefined
}

/** What was typed in pips as a distance in price units; undefined unless it is whole points. */
export function parsePips(
  text: string,
  { pip, price_precision }: Pick<Instrument, 'pip' | 'price_precision'>,
): Price | undefined {
  const plain = text.trim().replace(/,/g, '')
  if (!isDecimal(plain)) return undefined
  return parsePrice(new Big(plain).times(big(pip)).toFixed(), price_precision)
}

/** A distance in pips, without zeros that say nothing. */
export function inPips(distance: Big | Price, pip: Price): string {
  const value = typeof distance === 'string' ? big(distance) : distance
  return new Big(value.div(big(pip)).round(2).toFixed()).toFixed()
}

/** The nearest price that the instrument knows. */
export function snapped(value: number | Big, precision: number): Price {
  return price(new Big(value).round(precision, Big.roundHalfUp).toFixed(precision))
}

/** -1 where a level of this kind is below the entry, 1 where it is above. */
function direction(kind: LevelKind, side: Side): 1 | -1 {
  return (kind === 'take_profit') === (side === 'buy') ? 1 : -1
}

/** The level so far from an entry, on the side where it belongs. */
export function levelAt(kind: LevelKind, side: Side, entry: Price, distance: Price): Big {
  return big(entry).plus(big(distance).times(direction(kind, side)))
}

/** How far a level is from an entry; not positive on the side where it does not belong. */
export function distanceTo(kind: LevelKind, side: Side, entry: Price, level: Price): Big {
  return big(level).minus(big(entry)).times(direction(kind, side))
}

/** What a level protects from this price: profit is taken beyond it, losses end short of it. */
export function kindOf(side: Side, level: Price, current: Price): LevelKind {
  return big(level).gt(big(current)) === (side === 'buy') ? 'take_profit' : 'stop_loss'
}

/** The price a side deals at: buyers pay the ask, sellers get the bid. */
export function dealingPrice(side: Side, quote: TwoSided): Price {
  return side === 'buy' ? quote.ask : quote.bid
}
