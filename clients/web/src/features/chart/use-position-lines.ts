import { type ISeriesApi, LineStyle } from 'lightweight-charts'
import { useLayoutEffect } from 'react'
import { forDrawing } from '../../api/decimals'
import type { Position } from '../../api/model'
import { formatQuantity } from '../../ui/format'
import type { Palette } from '../../ui/palette'

/** A dotted line at the open price of each position in the symbol on the chart. */
export function usePositionLines(
  series: ISeriesApi<'Candlestick'> | undefined,
  positions: readonly Position[],
  palette: Palette,
) {
  useLayoutEffect(() => {
    if (series === undefined) return
    const lines = positions.map((position) =>
      series.createPriceLine({
        price: forDrawing(position.open_price),
        color: position.side === 'buy' ? palette.up : palette.down,
        lineStyle: LineStyle.Dotted,
        lineWidth: 1,
        axisLabelVisible: true,
        title: `${position.side === 'buy' ? '▲' : '▼'} ${formatQuantity(position.quantity)}`,
      }),
    )
    return () => {
      for (const line of lines) series.removePriceLine(line)
    }
  }, [series, positions, palette])
}
