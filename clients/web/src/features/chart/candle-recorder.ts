import { forDrawing } from '../../api/decimals'
import type { Quote, QuoteStore } from '../quotes/quote-store'
import type { CandleMemory } from './candle-memory'
import { aggregate, type Candle, foldTick, type Interval } from './candles'

/** One hour of seconds and one day of minutes per symbol: what a page open all day may hold. */
const SECONDS_MAX = 3600
const MINUTES_MAX = 1440
const MINUTE = 60
/** What a reload keeps of each: fourteen symbols of it stay below a megabyte. */
const KEPT_MAX = 600

interface Recording {
  seconds: Candle[]
  minutes: Candle[]
}

/**
 * Candles of every symbol from the stream, since this tab was opened; a reload keeps the last.
 *
 * Built on the bid, as charts of this trade are. History from the server is a different source;
 * the two are never mixed.
 */
export class CandleRecorder {
  private readonly recordings = new Map<string, Recording>()
  private readonly listeners = new Map<string, Set<() => void>>()

  private readonly memory: CandleMemory

  constructor(quotes: QuoteStore, memory: CandleMemory) {
    this.memory = memory
    quotes.onTick((quote) => this.record(quote))
  }

  bars(symbol: string, interval: Interval): Candle[] {
    const recording = this.recordings.get(symbol)
    if (recording === undefined) return []
    const source = interval < MINUTE ? recording.seconds : recording.minutes
    return aggregate(source, interval)
  }

  /** The open bar and the one before it, in case the interval has just changed over. */
  newest(symbol: string, interval: Interval): Candle[] {
    const recording = this.recordings.get(symbol)
    if (recording === undefined) return []
    const step = interval < MINUTE ? 1 : MINUTE
    const source = interval < MINUTE ? recording.seconds : recording.minutes
    const bars = aggregate(source.slice((-2 * interval) / step), interval)
    // Earlier ones may be cut off at their front; these two never are.
    return bars.slice(-2)
  }

  subscribe(symbol: string, listener: () => void): () => void {
    const set = this.listeners.get(symbol) ?? new Set()
    this.listeners.set(symbol, set.add(listener))
    return () => set.delete(listener)
  }

  /** Go on with what a page before this one kept of the account; it is taken once. */
  open(accountId: string): void {
    const kept = this.memory.read()
    this.memory.clear()
    if (kept?.accountId !== accountId) return
    for (const [symbol, { seconds, minutes }] of Object.entries(kept.symbols)) {
      this.recordings.set(symbol, { seconds: [...seconds], minutes: [...minutes] })
    }
  }

  /** Leave to the next page of this tab what it needs to go on. */
  keep(accountId: string): void {
    const symbols = [...this.recordings].map(([symbol, { seconds, minutes }]) => [
      symbol,
      { seconds: seconds.slice(-KEPT_MAX), minutes: minutes.slice(-KEPT_MAX) },
    ])
    this.memory.write({ accountId, symbols: Object.fromEntries(symbols) })
  }

  /** Forget everything, here and in the memory. */
  clear(): void {
    this.recordings.clear()
    this.memory.clear()
  }

  private record(quote: Quote): void {
    const at = Date.parse(quote.time) / 1000
    if (!Number.isFinite(at)) return
    const recording = this.recordings.get(quote.symbol) ?? { seconds: [], minutes: [] }
    this.recordings.set(quote.symbol, recording)
    const value = forDrawing(quote.bid)
    foldTick(recording.seconds, 1, at, value)
    foldTick(recording.minutes, MINUTE, at, value)
    trim(recording.seconds, SECONDS_MAX)
    trim(recording.minutes, MINUTES_MAX)
    for (const hear of this.listeners.get(quote.symbol) ?? []) hear()
  }
}

/** Cut in slices of a tenth, so that a full recording does not shift its array every second. */
function trim(bars: Candle[], max: number): void {
  if (bars.length > max * 1.1) bars.splice(0, bars.length - max)
}
