import { forDrawing } from '../../api/decimals'
import type { CandleInterval, CandleItem, CandleSide } from '../../api/model'

/** One bar, times in whole seconds since the epoch (UTC). Numbers: candles are only ever drawn. */
export interface Candle {
  time: number
  open: number
  high: number
  low: number
  close: number
  ticks: number
  complete: boolean
  revision: number
}

export const INTERVALS = [
  '1s',
  '1m',
  '5m',
  '15m',
  '30m',
  '1h',
  '4h',
  '1d',
  '1w',
  '1M',
] as const satisfies readonly CandleInterval[]

export const SIDES = ['bid', 'ask', 'mid'] as const satisfies readonly CandleSide[]

export function candleOf(item: CandleItem): Candle {
  const { open, high, low, close, ticks, complete, revision } = item
  return {
    time: Date.parse(item.time) / 1000,
    open: forDrawing(open),
    high: forDrawing(high),
    low: forDrawing(low),
    close: forDrawing(close),
    ticks,
    complete,
    revision,
  }
}

/** Bars by time with others put in: each replaces the one of its time unless it is an older state. */
export function merge(bars: readonly Candle[], others: readonly Candle[]): Candle[] {
  const byTime = new Map(bars.map((bar) => [bar.time, bar]))
  for (const bar of others) {
    const known = byTime.get(bar.time)
    if (known === undefined || supersedes(bar, known)) byTime.set(bar.time, bar)
  }
  return [...byTime.values()].sort((left, right) => left.time - right.time)
}

/** A correction counts up `revision`, every tick `ticks`; with both alike the later word holds. */
function supersedes(bar: Candle, known: Candle): boolean {
  if (bar.revision !== known.revision) return bar.revision > known.revision
  if (bar.ticks !== known.ticks) return bar.ticks > known.ticks
  return bar.complete || !known.complete
}

/** The first of `bars` that `shown` lacks; undefined when more than its last bar has changed. */
export function firstChanged(
  shown: readonly Candle[],
  bars: readonly Candle[],
): number | undefined {
  const last = shown.at(-1)
  const other = shown.findIndex((bar, index) => bar !== bars[index])
  if (last === undefined) return undefined
  if (other < 0) return shown.length
  const follows = (bars[other]?.time ?? Number.NEGATIVE_INFINITY) >= last.time
  return other === shown.length - 1 && follows ? other : undefined
}
