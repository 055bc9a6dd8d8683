import { useComputedColorScheme } from '@mantine/core'
import {
  CandlestickSeries,
  ColorType,
  createChart,
  type IChartApi,
  type ISeriesApi,
  type Time,
} from 'lightweight-charts'
import { useEffect, useRef, useState } from 'react'
import type { CandleInterval, CandleSide, Instrument } from '../../api/model'
import { PALETTES, type Palette } from '../../ui/palette'
import { markOfTime, timeInFull } from './candle-time'
import { ChartLegend } from './chart-legend'
import classes from './chart-panel.module.css'
import { NewestButton } from './newest-button'
import { RIGHT_BARS, useBars, useOlderBars } from './use-bars'
import { useCandles } from './use-candles'
import { type Held, useLevelLines } from './use-level-lines'
import { useQuoteInView, useQuoteLines } from './use-quote-lines'

export interface CandleChartProps {
  instrument: Instrument
  interval: CandleInterval
  side: CandleSide
  held: Held
}

export interface Drawn {
  chart: IChartApi
  series: ISeriesApi<'Candlestick'>
}

/** The chart itself; loaded on its own, after the rest of the terminal is already usable. */
export default function CandleChart({ instrument, interval, side, held }: CandleChartProps) {
  const box = useRef<HTMLDivElement>(null)
  const palette = PALETTES[useComputedColorScheme('dark')]
  const drawn = useChart(box, palette)
  const feed = useCandles(instrument.symbol, interval, side)
  const precision = instrument.price_precision + (side === 'mid' ? 1 : 0)
  useAxes(drawn, interval, precision)
  useBars(drawn, feed, interval)
  useOlderBars(drawn, feed)
  const levels = useLevelLines(drawn, box, instrument, palette, held)
  useQuoteLines(drawn?.series, instrument.symbol, side, palette)
  useQuoteInView(drawn, instrument, levels)
  return (
    <>
      <div ref={box} className={classes.canvas} data-testid="chart" />
      <ChartLegend
        drawn={drawn}
        feed={feed}
        interval={interval}
        side={side}
        precision={precision}
      />
      <NewestButton drawn={drawn} />
    </>
  )
}

/** What else touches the chart must let go in a layout effect: those end before this one does. */
function useChart(box: React.RefObject<HTMLDivElement | null>, palette: Palette) {
  const [drawn, setDrawn] = useState<Drawn>()
  useEffect(() => {
    if (box.current === null) return
    const chart = createChart(box.current, { autoSize: true })
    const series = chart.addSeries(CandlestickSeries)
    setDrawn({ chart, series })
    return () => {
      setDrawn(undefined)
      chart.remove()
    }
  }, [box])
  useEffect(() => {
    drawn?.chart.applyOptions(chartOptions(palette))
    drawn?.series.applyOptions(seriesColours(palette))
  }, [drawn, palette])
  return drawn
}

/** Prices and times in the words of the instrument and the interval. */
function useAxes(drawn: Drawn | undefined, interval: CandleInterval, precision: number) {
  useEffect(() => {
    drawn?.series.applyOptions({
      priceFormat: { type: 'price', precision, minMove: 10 ** -precision },
    })
    drawn?.chart.applyOptions({
      timeScale: {
        timeVisible: !['1d', '1w', '1M'].includes(interval),
        secondsVisible: interval === '1s',
        tickMarkFormatter: (time: Time, kind: number) => markOfTime(Number(time), interval, kind),
      },
      localization: { timeFormatter: (time: Time) => timeInFull(Number(time), interval) },
    })
  }, [drawn, interval, precision])
}

function chartOptions(palette: Palette) {
  return {
    layout: {
      background: { type: ColorType.Solid, color: palette.background },
      textColor: palette.text,
      fontFamily: "'Inter Variable', system-ui, sans-serif",
      fontSize: 11,
      attributionLogo: true,
    },
    grid: { vertLines: { color: palette.grid }, horzLines: { color: palette.grid } },
    crosshair: {
      mode: 0,
      vertLine: { color: palette.crosshair, labelBackgroundColor: palette.crosshair },
      horzLine: { color: palette.crosshair, labelBackgroundColor: palette.crosshair },
    },
    rightPriceScale: { borderColor: palette.border, scaleMargins: { top: 0.12, bottom: 0.12 } },
    timeScale: { borderColor: palette.border, rightOffset: RIGHT_BARS, barSpacing: 8 },
  }
}

function seriesColours(palette: Palette) {
  return {
    upColor: palette.up,
    wickUpColor: palette.up,
    borderUpColor: palette.up,
    // Falling bars differ in fill as well as in hue: solid orange against blue.
    downColor: palette.down,
    wickDownColor: palette.down,
    borderDownColor: palette.down,
    priceLineColor: palette.crosshair,
  }
}
