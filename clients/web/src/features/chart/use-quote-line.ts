import { type IPriceLine, type ISeriesApi, LineStyle } from 'lightweight-charts'
import { useEffect } from 'react'
import { forDrawing } from '../../api/decimals'
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
  useEffect(() => {
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
