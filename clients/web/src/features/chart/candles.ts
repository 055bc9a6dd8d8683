/** One bar, times in whole seconds since the epoch (UTC). Numbers: candles are only ever drawn. */
export interface Candle {
  time: number
  open: number
  high: number
  low: number
  close: number
  ticks: number
}

export const INTERVALS = [
  { label: '1s', seconds: 1 },
  { label: '5s', seconds: 5 },
  { label: '15s', seconds: 15 },
  { label: '1m', seconds: 60 },
  { label: '5m', seconds: 300 },
  { label: '15m', seconds: 900 },
] as const

export type Interval = (typeof INTERVALS)[number]['seconds']

/** Long enough for a bar to have a body, short enough to see the next one come. */
export const DEFAULT_INTERVAL: Interval = 5

/** Fold a tick into bars of `seconds`; a gap makes no bar. The last bar changes or one is added. */
export function foldTick(bars: Candle[], seconds: number, at: number, value: number): void {
  const time = Math.floor(at / seconds) * seconds
  const last = bars.at(-1)
  if (last && time <= last.time) {
    // A tick that is late by less than a bar counts towards the bar that is open.
    last.high = Math.max(last.high, value)
    last.low = Math.min(last.low, value)
    last.close = value
    last.ticks += 1
  } else {
    bars.push({ time, open: value, high: value, low: value, close: value, ticks: 1 })
  }
}

/** Bars of a longer interval out of shorter ones. */
export function aggregate(bars: readonly Candle[], seconds: number): Candle[] {
  const longer: Candle[] = []
  for (const bar of bars) {
    const time = Math.floor(bar.time / seconds) * seconds
    const last = longer.at(-1)
    if (last?.time === time) {
      last.high = Math.max(last.high, bar.high)
      last.low = Math.min(last.low, bar.low)
      last.close = bar.close
      last.ticks += bar.ticks
    } else {
      longer.push({ ...bar, time })
    }
  }
  return longer
}
