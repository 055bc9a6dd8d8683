import { type AutoscaleInfo, type IPriceLine, type ISeriesApi, LineStyle } from 'lightweight-charts'
import { useEffect, useLayoutEffect } from 'react'
import { forDrawing } from '../../api/decimals'
import type { Instrument } from '../../api/model'
import type { Palette } from '../../ui/palette'
import { useQuotes } from '../quotes/use-quote'

const LINE = {
  lineStyle: LineStyle.Dashed,
  lineWidth: 1,
  axisLabelVisible: true,
  title: 'ask',
} as const

/** The ask as a line of its own; the series' last-value line already is the bid. */
export function useQuoteLine(
  series: ISeriesApi<'Candlestick'> | undefined,
  symbol: string,
  palette: Palette,
) {
  const quotes = useQuotes()
  useLayoutEffect(() => {
    if (series === undefined) return
    let line: IPriceLine | undefined
    const draw = () => {
      const quote = quotes.latest(symbol)
      if (quote === undefined) return
      const price = forDrawing(quote.ask)
      if (line) line.applyOptions({ price })
      else line = series.createPriceLine({ ...LINE, price, color: palette.crosshair })
    }
    draw()
    const leave = quotes.subscribe(symbol, draw)
    return () => {
      leave()
      if (line) series.removePriceLine(line)
    }
  }, [series, quotes, symbol, palette])
}

/** A scale that shows less than this would blow a single tick up to the whole height. */
const PIPS_MIN = 3

/** Scale so that the ask is in view and the first seconds do not look like a crash. */
export function useAskInView(
  series: ISeriesApi<'Candlestick'> | undefined,
  { symbol, pip }: Instrument,
) {
  const quotes = useQuotes()
  useEffect(() => {
    const least = forDrawing(pip) * PIPS_MIN
    series?.applyOptions({
      autoscaleInfoProvider: (original: () => AutoscaleInfo | null) => {
        const info = original()
        const quote = quotes.latest(symbol)
        if (!info?.priceRange || !quote) return info
        const { minValue, maxValue } = info.priceRange
        const top = Math.max(maxValue, forDrawing(quote.ask))
        const missing = Math.max(0, least - (top - minValue)) / 2
        return { ...info, priceRange: { minValue: minValue - missing, maxValue: top + missing } }
      },
    })
  }, [series, quotes, symbol, pip])
}
