import { type RefObject, useCallback, useLayoutEffect, useMemo, useState } from 'react'
import type { Price } from '../../api/decimals'
import type { Instrument, Order, Position } from '../../api/model'
import { confirm } from '../../ui/confirm'
import { formatPrice } from '../../ui/format'
import type { Palette } from '../../ui/palette'
import { usePreferences } from '../../ui/preferences'
import { type AmendField, type Change, fieldWord } from '../orders/amend'
import { orderInWords } from '../orders/order-words'
import { useAmend, useProtect } from '../orders/use-amend'
import { useQuotes } from '../quotes/use-quote'
import { closePrice } from '../valuation/valuation'
import type { Drawn } from './candle-chart'
import { draggedTo, type LevelLine, levelLines, pipsFrom } from './level-lines'
import { LineBoard } from './line-board'

/** Positions, what protects them, and orders that wait: drawn, and dragged to be changed. */
export function useLevelLines(
  drawn: Drawn | undefined,
  box: RefObject<HTMLDivElement | null>,
  instrument: Instrument,
  palette: Palette,
  held: Held,
): readonly LevelLine[] {
  const { positions, orders } = held
  const lines = useMemo(
    () => levelLines(positions, orders, instrument),
    [positions, orders, instrument],
  )
  const [board, setBoard] = useState<LineBoard>()
  useLayoutEffect(() => {
    if (drawn === undefined || box.current === null) return
    const made = new LineBoard(drawn, box.current)
    setBoard(made)
    return () => {
      setBoard(undefined)
      made.end()
    }
  }, [drawn, box])
  const { titleAt, drop } = useDrag(instrument)
  useLayoutEffect(() => {
    board?.show(lines, { precision: instrument.price_precision, palette, titleAt, drop })
  }, [board, lines, instrument, palette, titleAt, drop])
  return lines
}

export interface Held {
  positions: readonly Position[]
  orders: readonly Order[]
}

/** What a dragged line says on its way, and what is asked and sent where it is dropped. */
function useDrag(instrument: Instrument) {
  const quotes = useQuotes()
  const amend = useAmend(instrument)
  const protect = useProtect()
  const changeAt = useCallback(
    (line: LevelLine, price: Price): Change => {
      const quote = quotes.latest(instrument.symbol)
      return draggedTo(line, price, quote ? closePrice(line.side, quote) : line.price)
    },
    [quotes, instrument],
  )
  const titleAt = useCallback(
    (line: LevelLine, price: Price) => {
      const words = fieldWord(fieldOf(changeAt(line, price)))
      if (line.target.of === 'order') return words
      const { open_price, side } = line.target.position
      return `${words} ${pipsFrom(side, open_price, price, instrument)}`
    },
    [changeAt, instrument],
  )
  const drop = useCallback(
    async (line: LevelLine, price: Price) => {
      const change = changeAt(line, price)
      if (!(await isMeant(line, price, fieldOf(change), instrument))) return
      const { target } = line
      await (target.of === 'order' ? amend(target.order, change) : protect(target.position, change))
    },
    [changeAt, amend, protect, instrument],
  )
  return { titleAt, drop }
}

const fieldOf = (change: Change) => Object.keys(change)[0] as AmendField

/** A hand slips; it is asked for again, unless one click deals. */
async function isMeant(
  line: LevelLine,
  to: Price,
  field: AmendField,
  { price_precision: precision }: Instrument,
): Promise<boolean> {
  if (usePreferences.getState().oneClick) return true
  const { target, side } = line
  const of = target.of === 'order' ? target.order : { ...target.position, side, type: 'market' }
  const word = fieldWord(field).toLowerCase()
  const isNew = target.field === 'open_price'
  const from = isNew ? '' : `${formatPrice(line.price, precision)} → `
  return confirm({
    title: `${isNew ? 'Set' : 'Move'} the ${word}?`,
    message: `${orderInWords(of as Order)}\n${from}${formatPrice(to, precision)}`,
    action: isNew ? 'Set it' : 'Move it',
  })
}
