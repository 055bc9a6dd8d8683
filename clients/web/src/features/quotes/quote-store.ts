import { compare, type Price, price } from '../../api/decimals'
import type { PriceItem } from '../../stream/protocol'

export type Move = 'up' | 'down' | 'none'

/** Latest price of one symbol for this account's group, with where each side came from. */
export interface Quote {
  readonly symbol: string
  readonly bid: Price
  readonly ask: Price
  readonly time: string
  readonly tradable: boolean
  readonly bidMove: Move
  readonly askMove: Move
}

const FLUSH_MS = 100

/**
 * Ticks outside React: a map, a set of what changed, and one flush per 100 ms.
 *
 * Rows hear of their own symbol only, so a thousand ticks a second cost ten renders of the rows
 * that moved.
 */
export class QuoteStore {
  private readonly quotes = new Map<string, Quote>()
  private readonly shown = new Map<string, Quote>()
  private readonly dirty = new Set<string>()
  private readonly listeners = new Map<string, Set<() => void>>()
  private timer: ReturnType<typeof setTimeout> | undefined
  private flushes = 0

  /** Number of flushes so far: a snapshot for those who look at many symbols at once. */
  readonly version = (): number => this.flushes

  /** What is on screen; changes only with a flush. */
  latest(symbol: string): Quote | undefined {
    return this.shown.get(symbol)
  }

  apply(items: readonly PriceItem[]): void {
    for (const item of items) this.take(item)
    if (this.dirty.size > 0) this.timer ??= setTimeout(() => this.flush(), FLUSH_MS)
  }

  subscribe(symbol: string, listener: () => void): () => void {
    const set = this.listeners.get(symbol) ?? new Set()
    this.listeners.set(symbol, set.add(listener))
    return () => set.delete(listener)
  }

  /** Forget everything: the prices were those of another account's group. */
  clear(): void {
    for (const symbol of this.shown.keys()) this.dirty.add(symbol)
    this.quotes.clear()
    this.flush()
  }

  private take(item: PriceItem): void {
    const before = this.quotes.get(item.symbol)
    const quote = quoteOf(item, before)
    if (quote === undefined) return
    this.quotes.set(item.symbol, quote)
    this.dirty.add(item.symbol)
  }

  private flush(): void {
    clearTimeout(this.timer)
    this.timer = undefined
    const changed = [...this.dirty]
    this.dirty.clear()
    this.flushes += 1
    for (const symbol of changed) {
      const quote = this.quotes.get(symbol)
      if (quote) this.shown.set(symbol, quote)
      else this.shown.delete(symbol)
    }
    for (const symbol of changed) for (const hear of this.listeners.get(symbol) ?? []) hear()
  }
}

/** A symbol that lost its price keeps showing the last one, as not tradable. */
function quoteOf(item: PriceItem, before: Quote | undefined): Quote | undefined {
  if (item.bid === null || item.ask === null) {
    return before && { ...before, tradable: false, time: item.time }
  }
  const bid = price(item.bid)
  const ask = price(item.ask)
  return {
    symbol: item.symbol,
    bid,
    ask,
    time: item.time,
    tradable: item.tradable,
    bidMove: moveOf(before?.bid, bid, before?.bidMove),
    askMove: moveOf(before?.ask, ask, before?.askMove),
  }
}

/** The last direction holds while the price stands still, as on every dealing screen. */
function moveOf(before: Price | undefined, now: Price, last: Move | undefined): Move {
  if (before === undefined) return 'none'
  const order = compare(before, now)
  if (order === 0) return last ?? 'none'
  return order < 0 ? 'up' : 'down'
}
