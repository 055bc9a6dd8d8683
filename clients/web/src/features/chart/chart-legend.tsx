import type { MouseEventParams, Time } from 'lightweight-charts'
import { useLayoutEffect, useState } from 'react'
import type { CandleInterval, CandleSide } from '../../api/model'
import { humanise } from '../../ui/format'
import type { Drawn } from './candle-chart'
import type { CandleFeed, CandleView } from './candle-feed'
import { axisTime, timeInFull } from './candle-time'
import classes from './chart-panel.module.css'
import { toBar } from './use-bars'
import { useCandleView } from './use-candles'

type Bar = ReturnType<typeof toBar>

export interface ChartLegendProps {
  drawn: Drawn | undefined
  feed: CandleFeed | undefined
  interval: CandleInterval
  side: CandleSide
  precision: number
}

/** Open, high, low and close of the bar under the crosshair, else of the newest. */
export function ChartLegend({ drawn, feed, interval, side, precision }: ChartLegendProps) {
  const view = useCandleView(feed)
  const last = view.bars.at(-1)
  const newest = last && toBar(last, interval)
  const hovered = useHovered(drawn)
  const bar = hovered && hovered.time !== newest?.time ? hovered : newest
  const change = bar && bar.close - bar.open
  const tone = change ? (change > 0 ? 'up' : 'down') : ''
  const figures: [string, number | undefined][] = [
    ['O', bar?.open],
    ['H', bar?.high],
    ['L', bar?.low],
    ['C', bar?.close],
  ]
  return (
    <>
      <figcaption className={classes.legend} data-bars={view.bars.length}>
        {bar && (
          <span className={classes.figures}>
            {figures.map(([name, value]) => (
              <span key={name}>
                {name} <b className={tone}>{value?.toFixed(precision)}</b>
              </span>
            ))}
          </span>
        )}
        <span>{[humanise(side), ...historyInWords(view, interval)].join(' · ')}</span>
      </figcaption>
      {view.bars.length === 0 && <p className={classes.waiting}>{EMPTY[view.history]}</p>}
    </>
  )
}

const EMPTY: Readonly<Record<CandleView['history'], string>> = {
  reading: 'Reading history…',
  read: 'No history yet. Candles begin with the next price.',
  unreadable: 'The history cannot be read. Trying again…',
}

/** What a reader of the chart cannot see: why nothing is further left. */
function historyInWords({ history, whole, bars }: CandleView, interval: CandleInterval): string[] {
  const first = bars[0]
  if (history === 'unreadable') return ['history cannot be read, trying again']
  if (!whole || first === undefined) return []
  return [`history begins ${timeInFull(axisTime(first.time, interval), interval)}`]
}

function useHovered(drawn: Drawn | undefined): Bar | undefined {
  const [hovered, setHovered] = useState<Bar>()
  useLayoutEffect(() => {
    if (drawn === undefined) return
    const { chart, series } = drawn
    const hear = (event: MouseEventParams<Time>) =>
      setHovered(event.seriesData.get(series) as Bar | undefined)
    chart.subscribeCrosshairMove(hear)
    return () => chart.unsubscribeCrosshairMove(hear)
  }, [drawn])
  return hovered
}
