import type { Instrument } from '../../api/model'

const CLASSES = ['fx', 'metal', 'index', 'crypto']
/** Which currency comes first in a pair: the market's own order. */
const CURRENCIES = ['EUR', 'GBP', 'AUD', 'NZD', 'USD', 'CAD', 'CHF', 'JPY']

type Named = Pick<Instrument, 'symbol' | 'asset_class' | 'base' | 'quote'>

/** Majors, crosses, metals, indices, crypto: where a trader looks for them. */
export function inMarketOrder<T extends Named>(instruments: readonly T[]): T[] {
  return instruments.toSorted(
    (left, right) => compare(ranks(left), ranks(right)) || left.symbol.localeCompare(right.symbol),
  )
}

function ranks({ asset_class, base, quote }: Named): number[] {
  const isCross = base !== 'USD' && quote !== 'USD'
  return [
    rank(CLASSES, asset_class),
    isCross ? 1 : 0,
    rank(CURRENCIES, base),
    rank(CURRENCIES, quote),
  ]
}

function rank(order: readonly string[], name: string): number {
  const at = order.indexOf(name)
  return at < 0 ? order.length : at
}

function compare(left: readonly number[], right: readonly number[]): number {
  return left.map((value, at) => value - (right[at] ?? 0)).find((difference) => difference) ?? 0
}
