import Big from 'big.js'
import { big, type Decimal } from '../../api/decimals'
import type { LiquidityLevel, LpLiquidity, SymbolLiquidity } from '../../api/model'
import { humanise } from '../../ui/format'

export type SortKey = 'symbol' | 'state' | 'bid' | 'ask' | 'spread' | 'lps' | 'age'

export interface Sorting {
  by: SortKey
  descending: boolean
}

/** What a symbol is sorted by; undefined goes last either way. */
const VALUES: Readonly<Record<SortKey, (item: SymbolLiquidity) => string | Big | undefined>> = {
  symbol: (item) => item.symbol,
  state: stateInWords,
  bid: (item) => bigOf(item.bid),
  ask: (item) => bigOf(item.ask),
  spread: (item) => bigOf(item.spread_points as Decimal | null),
  lps: (item) => new Big(liveLps(item)),
  age: (item) => bigOf(ageMs(item)?.toString() as Decimal | undefined),
}

export function sorted(items: readonly SymbolLiquidity[], sorting: Sorting): SymbolLiquidity[] {
  const value = VALUES[sorting.by]
  const sign = sorting.descending ? -1 : 1
  return items.toSorted((left, right) => {
    const [one, other] = [value(left), value(right)]
    if (one === undefined || other === undefined) {
      return Number(one === undefined) - Number(other === undefined) || bySymbol(left, right)
    }
    return sign * compare(one, other) || bySymbol(left, right)
  })
}

/** The order a press on a column's head asks for. */
export function pressed(sorting: Sorting, by: SortKey): Sorting {
  return { by, descending: sorting.by === by && !sorting.descending }
}

export function matching(items: readonly SymbolLiquidity[], filter: string) {
  const text = filter.trim().toLowerCase()
  return items.filter((item) => `${item.symbol} ${stateInWords(item)}`.toLowerCase().includes(text))
}

export function stateInWords({ tradable, reason }: SymbolLiquidity): string {
  return tradable ? 'Tradable' : humanise(reason ?? 'not_tradable')
}

export function lpStateInWords({ enabled, up }: LpLiquidity): string {
  if (!enabled) return 'Disabled'
  return up ? 'Up' : 'Down'
}

export function liveLps({ quotes }: SymbolLiquidity): number {
  return quotes.filter(({ live }) => live).length
}

/** How long ago an LP last said anything of the symbol. */
export function ageMs({ quotes }: SymbolLiquidity): number | undefined {
  return quotes.length === 0 ? undefined : Math.min(...quotes.map(({ age_ms }) => age_ms))
}

export interface Rung {
  bid: Step | undefined
  ask: Step | undefined
}

interface Step extends LiquidityLevel {
  /** All there is up to this price. */
  total: Big
  /** The same as a part of the deeper side's, 0 to 1. */
  share: number
}

/** Both sides of the consolidated book, level by level, the best first. */
export function ladder({ bids, asks }: Pick<SymbolLiquidity, 'bids' | 'asks'>): Rung[] {
  const totals = [runningTotals(bids), runningTotals(asks)] as const
  const deepest = totals
    .map((side) => side.at(-1) ?? new Big(0))
    .reduce((one, other) => (one.gt(other) ? one : other))
  const step = (levels: readonly LiquidityLevel[], side: 0 | 1, at: number): Step | undefined => {
    const [level, total] = [levels[at], totals[side][at]]
    return level && total && { ...level, total, share: total.div(deepest).toNumber() }
  }
  return Array.from({ length: Math.max(bids.length, asks.length) }, (_, at) => ({
    bid: step(bids, 0, at),
    ask: step(asks, 1, at),
  }))
}

function runningTotals(levels: readonly LiquidityLevel[]): Big[] {
  let total = new Big(0)
  return levels.map(({ size }) => {
    total = total.plus(big(size))
    return total
  })
}

const bigOf = (value: Decimal | null | undefined) =>
  value === null || value === undefined ? undefined : big(value)

function compare(one: string | Big, other: string | Big): number {
  if (typeof one === 'string' || typeof other === 'string') {
    return String(one).localeCompare(String(other))
  }
  return one.cmp(other)
}

const bySymbol = (left: SymbolLiquidity, right: SymbolLiquidity) =>
  left.symbol.localeCompare(right.symbol)
