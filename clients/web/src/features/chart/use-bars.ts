import type { LogicalRange, UTCTimestamp } from 'lightweight-charts'
import { useEffect, useLayoutEffect } from 'react'
import type { CandleInterval } from '../../api/model'
import type { Drawn } from './candle-chart'
import type { CandleFeed } from './candle-feed'
import { axisTime } from './candle-time'
import { type Candle, firstChanged } from './candles'

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
      const first = firstChanged(shown, bars)
      if (first === undefined) series.setData(bars.map((bar) => toBar(bar, interval)))
      else for (const bar of bars.slice(first)) series.update(toBar(bar, interval))
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
