import { type AutoscaleInfo, type IPriceLine, type ISeriesApi, LineStyle } from 'lightweight-charts'
import { useEffect, useLayoutEffect } from 'react'
import { forDrawing } from '../../api/decimals'
import type { CandleSide, Instrument } from '../../api/model'
import type { Palette } from '../../ui/palette'
import { useQuotes } from '../quotes/use-quote'
import type { Drawn } from './candle-chart'
import type { LevelLine } from './level-lines'

const LINE = { lineStyle: LineStyle.Dashed, lineWidth: 1, axisLabelVisible: true } as const
const SIDES = ['bid', 'ask'] as const

/** The quote's other side as a line of its own; the candles' last-value line already is this one. */
export function useQuoteLines(
  series: ISeriesApi<'Candlestick'> | undefined,
  symbol: string,
  side: CandleSide,
  palette: Palette,
) {
  const quotes = useQuotes()
  useLayoutEffect(() => {
    if (series === undefined) return
    const lines = new Map<'bid' | 'ask', IPriceLine>()
    const draw = () => {
      const quote = quotes.latest(symbol)
      if (quote === undefined) return
      for (const other of SIDES.filter((each) => each !== side)) {
        const price = forDrawing(quote[other])
        const line = lines.get(other)
        if (line) line.applyOptions({ price })
        else {
          const options = { ...LINE, price, title: other, color: palette.crosshair }
          lines.set(other, series.createPriceLine(options))
        }
      }
    }
    draw()
    const leave = quotes.subscribe(symbol, draw)
    return () => {
      leave()
      for (const line of lines.values()) series.removePriceLine(line)
    }
  }, [series, quotes, symbol, side, palette])
}

/** A scale that shows less than this would blow a single tick up to the whole height. */
const PIPS_MIN = 3
/** Levels no further from the bars than so many times their height are brought into view. */
const LEVELS_REACH = 2

/** Scale so that the quote is in view beside the newest bar, and first ticks do not look a crash. */
export function useQuoteInView(
  drawn: Drawn | undefined,
  { symbol, pip }: Instrument,
  levels: readonly LevelLine[],
) {
  const quotes = useQuotes()
  useEffect(() => {
    if (drawn === undefined) return
    const least = forDrawing(pip) * PIPS_MIN
    drawn.series.applyOptions({
      autoscaleInfoProvider: (original: () => AutoscaleInfo | null) => {
        const info = original()
        const quote = quotes.latest(symbol)
        if (!info?.priceRange) return info
        const { minValue, maxValue } = info.priceRange
        // Who looks at the past is not shown it at the scale of today.
        const now = quote !== undefined && drawn.chart.timeScale().scrollPosition() >= 0
        if (!now) return info
        const bottom = Math.min(minValue, forDrawing(quote.bid))
        const top = Math.max(maxValue, forDrawing(quote.ask))
        const reach = Math.max(least, top - bottom) * LEVELS_REACH
        const near = levels
          .map(({ price }) => forDrawing(price))
          .filter((level) => level > bottom - reach && level < top + reach)
        return { ...info, priceRange: atLeast(least, [bottom, top, ...near]) }
      },
    })
  }, [drawn, quotes, symbol, pip, levels])
}

function atLeast(height: number, shown: readonly number[]) {
  const [bottom, top] = [Math.min(...shown), Math.max(...shown)]
  const missing = Math.max(0, height - (top - bottom)) / 2
  return { minValue: bottom - missing, maxValue: top + missing }
}
