import { useComputedColorScheme } from '@mantine/core'
import {
  CandlestickSeries,
  ColorType,
  createChart,
  type IChartApi,
  type ISeriesApi,
  type Time,
  type UTCTimestamp,
} from 'lightweight-charts'
import { useEffect, useRef, useState } from 'react'
import type { Instrument, Position } from '../../api/model'
import { PALETTES, type Palette } from '../../ui/palette'
import type { Candle, Interval } from './candles'
import { useCandles } from './chart-context'
import { ChartLegend } from './chart-legend'
import { usePositionLines } from './use-position-lines'
import { useAskInView, useQuoteLine } from './use-quote-line'

export interface CandleChartProps {
  instrument: Instrument
  interval: Interval
  positions: readonly Position[]
}

/** Room for the labels of prices beside the newest bar. */
const RIGHT_BARS = 9

export interface Drawn {
  chart: IChartApi
  series: ISeriesApi<'Candlestick'>
}

/** The chart itself; loaded on its own, after the rest of the terminal is already usable. */
export default function CandleChart({ instrument, interval, positions }: CandleChartProps) {
  const box = useRef<HTMLDivElement>(null)
  const scheme = useComputedColorScheme('dark')
  const drawn = useChart(box, PALETTES[scheme])
  useBars(drawn, instrument, interval)
  usePositionLines(drawn?.series, positions, PALETTES[scheme])
  useQuoteLine(drawn?.series, instrument.symbol, PALETTES[scheme])
  useAskInView(drawn?.series, instrument)
  return (
    <>
      <div ref={box} style={{ position: 'absolute', inset: 0 }} />
      <ChartLegend drawn={drawn} instrument={instrument} interval={interval} />
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

/** Load the bars of a symbol and interval, then draw each new state of the open bar, once a frame. */
function useBars(drawn: Drawn | undefined, instrument: Instrument, interval: Interval) {
  const candles = useCandles()
  const { symbol, price_precision: precision } = instrument
  useEffect(() => {
    if (drawn === undefined) return
    const { series, chart } = drawn
    series.applyOptions({
      priceFormat: { type: 'price', precision, minMove: 10 ** -precision },
    })
    const bars = candles.bars(symbol, interval)
    series.setData(bars.map(toBar))
    chart.priceScale('right').applyOptions({ autoScale: true })
    chart.timeScale().scrollToPosition(RIGHT_BARS, false)
    let frame = 0
    let drawnTo = bars.at(-1)?.time ?? 0
    const draw = () => {
      frame = 0
      for (const bar of candles.newest(symbol, interval)) {
        if (bar.time < drawnTo) continue
        series.update(toBar(bar))
        // A chart that began empty had nothing to keep its distance from.
        if (drawnTo === 0) chart.timeScale().scrollToPosition(RIGHT_BARS, false)
        drawnTo = bar.time
      }
    }
    const leave = candles.subscribe(symbol, () => {
      frame ||= requestAnimationFrame(draw)
    })
    return () => {
      leave()
      cancelAnimationFrame(frame)
    }
  }, [drawn, candles, symbol, precision, interval])
}

const toBar = ({ time, open, high, low, close }: Candle) => ({
  time: time as UTCTimestamp,
  open,
  high,
  low,
  close,
})

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
    timeScale: {
      borderColor: palette.border,
      timeVisible: true,
      secondsVisible: true,
      rightOffset: RIGHT_BARS,
      barSpacing: 8,
      tickMarkFormatter: (time: Time, mark: number) => localTime(time, mark >= 4),
    },
    localization: { timeFormatter: (time: Time) => localTime(time, true) },
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

const CLOCK = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' })
const CLOCK_SECONDS = new Intl.DateTimeFormat('en-GB', { timeStyle: 'medium' })

/** The library thinks in UTC; the axis shows the trader's own clock, like every other time here. */
function localTime(time: Time, seconds: boolean): string {
  return (seconds ? CLOCK_SECONDS : CLOCK).format(new Date(Number(time) * 1000))
}
