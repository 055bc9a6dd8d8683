import type { LogicalRange, UTCTimestamp } from 'lightweight-charts'
import { useEffect, useLayoutEffect } from 'react'
import type { CandleInterval } from '../../api/model'
import type { Drawn } from './candle-chart'
import type { CandleFeed } from './candle-feed'
import { axisTime } from './candle-time'
import type { Candle } from './candles'

/** Room for the labels of prices beside the newest bar. */
export const RIGHT_BARS = 9
/** This close to the oldest bar the ones before it are asked for. */
const NEAR_BARS = 30

/** Draw a feed: all its bars, then each new state of the last ones, once a frame. */
export function useBars(
  drawn: Drawn | undefined,
  feed: CandleFeed | undefined,
  interval: CandleInterval,
) {
  useEffect(() => {
    if (drawn === undefined || feed === undefined) return
    const { chart, series } = drawn
    let shown: readonly Candle[] = []
    let frame = 0
    const draw = () => {
      frame = 0
      const bars = feed.current().bars
      const kept = alike(shown, bars)
      if (shown.length > 0 && kept >= shown.length - 1 && bars.length >= shown.length) {
        for (const bar of bars.slice(kept)) series.update(toBar(bar, interval))
      } else {
        series.setData(bars.map((bar) => toBar(bar, interval)))
      }
      // A chart that began empty had nothing to keep its distance from.
      if (shown.length === 0) chart.timeScale().scrollToPosition(RIGHT_BARS, false)
      shown = bars
    }
    draw()
    chart.priceScale('right').applyOptions({ autoScale: true })
    const leave = feed.subscribe(() => {
      frame ||= requestAnimationFrame(draw)
    })
    return () => {
      leave()
      cancelAnimationFrame(frame)
    }
  }, [drawn, feed, interval])
}

/** Ask for older bars when the oldest come into view. */
export function useOlderBars(drawn: Drawn | undefined, feed: CandleFeed | undefined) {
  useLayoutEffect(() => {
    if (drawn === undefined || feed === undefined) return
    const scale = drawn.chart.timeScale()
    const hear = (range: LogicalRange | null) => {
      if (range && range.from < NEAR_BARS) void feed.older()
    }
    scale.subscribeVisibleLogicalRangeChange(hear)
    return () => scale.unsubscribeVisibleLogicalRangeChange(hear)
  }, [drawn, feed])
}

export const toBar = ({ time, open, high, low, close }: Candle, interval: CandleInterval) => ({
  time: axisTime(time, interval) as UTCTimestamp,
  open,
  high,
  low,
  close,
})

/** How many bars from the first on are the very same. */
function alike(left: readonly Candle[], right: readonly Candle[]): number {
  const other = left.findIndex((bar, index) => bar !== right[index])
  return other < 0 ? left.length : other
}
