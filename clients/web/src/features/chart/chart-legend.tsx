import type { MouseEventParams, Time } from 'lightweight-charts'
import { useLayoutEffect, useState } from 'react'
import type { Instrument } from '../../api/model'
import { useQuote } from '../quotes/use-quote'
import type { Drawn } from './candle-chart'
import type { Candle, Interval } from './candles'
import { useCandles } from './chart-context'
import classes from './chart-panel.module.css'

type Prices = Pick<Candle, 'time' | 'open' | 'high' | 'low' | 'close'>

export interface ChartLegendProps {
  drawn: Drawn | undefined
  instrument: Instrument
  interval: Interval
}

/** Open, high, low and close of the bar under the crosshair, else of the newest. */
export function ChartLegend({ drawn, instrument, interval }: ChartLegendProps) {
  const bar = useShownBar(drawn, instrument.symbol, interval)
  const { price_precision: precision } = instrument
  const change = bar && bar.close - bar.open
  const tone = change ? (change > 0 ? 'up' : 'down') : ''
  const figures: [string, number | undefined][] = [
    ['O', bar?.open],
    ['H', bar?.high],
    ['L', bar?.low],
    ['C', bar?.close],
  ]
  return (
    <figcaption className={classes.legend}>
      {bar && (
        <span className={classes.figures}>
          {figures.map(([name, value]) => (
            <span key={name}>
              {name} <b className={tone}>{value?.toFixed(precision)}</b>
            </span>
          ))}
        </span>
      )}
      <span>Bid · recorded in this tab</span>
    </figcaption>
  )
}

function useShownBar(drawn: Drawn | undefined, symbol: string, interval: Interval) {
  const candles = useCandles()
  const [hovered, setHovered] = useState<Prices>()
  useLayoutEffect(() => {
    if (drawn === undefined) return
    const { chart, series } = drawn
    const hear = (event: MouseEventParams<Time>) =>
      setHovered(event.seriesData.get(series) as Prices | undefined)
    chart.subscribeCrosshairMove(hear)
    return () => chart.unsubscribeCrosshairMove(hear)
  }, [drawn])
  // The recorder heard of this price before the screen did.
  useQuote(symbol)
  const newest: Prices | undefined = candles.newest(symbol, interval).at(-1)
  return hovered && hovered.time !== newest?.time ? hovered : newest
}
