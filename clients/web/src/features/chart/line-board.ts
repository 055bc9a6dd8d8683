import { type IPriceLine, LineStyle } from 'lightweight-charts'
import { forDrawing, type Price } from '../../api/decimals'
import type { Palette } from '../../ui/palette'
import { snapped } from '../orders/levels'
import type { Drawn } from './candle-chart'
import type { LevelLine } from './level-lines'

/** This close to a line the pointer has it. */
const REACH_PX = 6
const REACH_TOUCH_PX = 16

export interface BoardRules {
  precision: number
  palette: Palette
  /** What a dragged line says at a price. */
  titleAt: (line: LevelLine, price: Price) => string
  /** Carry out a drag; the lines are drawn anew when it ends, from what is then true. */
  drop: (line: LevelLine, price: Price) => Promise<void>
}

/**
 * Levels as lines on the chart, which can be dragged.
 *
 * While one is dragged or its change is on its way, what arrives is kept and drawn afterwards.
 */
export class LineBoard {
  private readonly lines = new Map<string, { line: LevelLine; drawn: IPriceLine }>()
  private readonly drawn: Drawn
  private readonly box: HTMLElement
  private waiting: readonly LevelLine[] = []
  private rules: BoardRules | undefined
  private held: { line: LevelLine; price: Price; moved: boolean } | undefined
  private readonly ending = new AbortController()
  private grip: AbortController | undefined

  constructor(drawn: Drawn, box: HTMLElement) {
    this.drawn = drawn
    this.box = box
    const { signal } = this.ending
    box.addEventListener('pointerdown', (event) => this.take(event), { signal, capture: true })
    box.addEventListener('pointermove', (event) => this.point(event), { signal })
  }

  show(lines: readonly LevelLine[], rules: BoardRules): void {
    this.waiting = lines
    this.rules = rules
    if (this.held === undefined) this.draw()
  }

  end(): void {
    this.letGo()
    this.ending.abort()
    for (const { drawn } of this.lines.values()) this.drawn.series.removePriceLine(drawn)
    this.lines.clear()
  }

  private draw(): void {
    const { series } = this.drawn
    const wanted = new Set(this.waiting.map(({ id }) => id))
    for (const [id, { drawn }] of this.lines) {
      if (wanted.has(id)) continue
      series.removePriceLine(drawn)
      this.lines.delete(id)
    }
    for (const line of this.waiting) {
      const options = this.optionsOf(line)
      const shown = this.lines.get(line.id)?.drawn
      if (shown) shown.applyOptions(options)
      this.lines.set(line.id, { line, drawn: shown ?? series.createPriceLine(options) })
    }
  }

  private optionsOf({ price, title, look, side }: LevelLine) {
    const palette = this.rules?.palette
    const bySide = side === 'buy' ? palette?.up : palette?.down
    const color = {
      open: bySide,
      order: bySide,
      stop_loss: palette?.down,
      take_profit: palette?.up,
    }
    const style = {
      open: LineStyle.Dotted,
      order: LineStyle.LargeDashed,
      stop_loss: LineStyle.Dashed,
      take_profit: LineStyle.Dashed,
    }
    return {
      price: forDrawing(price),
      title,
      color: color[look] ?? '',
      lineStyle: style[look],
      lineWidth: 1,
      axisLabelVisible: true,
    } as const
  }

  /** The line under the pointer: of several the nearest, and of those the last, which is on top. */
  private at(event: PointerEvent): LevelLine | undefined {
    const y = event.clientY - this.box.getBoundingClientRect().top
    let nearest = event.pointerType === 'touch' ? REACH_TOUCH_PX : REACH_PX
    let found: LevelLine | undefined
    for (const { line } of this.lines.values()) {
      const at = this.drawn.series.priceToCoordinate(forDrawing(line.price))
      if (at === null || line.fixed || Math.abs(at - y) > nearest) continue
      nearest = Math.abs(at - y)
      found = line
    }
    return found
  }

  private point(event: PointerEvent): void {
    if (this.held === undefined) this.box.style.cursor = this.at(event) ? 'ns-resize' : ''
  }

  private take(event: PointerEvent): void {
    const line = this.held || event.button !== 0 ? undefined : this.at(event)
    if (line === undefined) return
    this.held = { line, price: line.price, moved: false }
    this.grip = new AbortController()
    const { signal } = this.grip
    // The chart itself must not move along.
    this.drawn.chart.applyOptions({ handleScroll: false, handleScale: false })
    const options = { signal, capture: true }
    window.addEventListener('pointermove', (moved) => this.drag(moved), options)
    window.addEventListener('pointerup', () => void this.drop(), options)
    window.addEventListener('pointercancel', () => this.giveUp(), options)
    window.addEventListener('keydown', (key) => this.press(key), options)
  }

  private drag(event: PointerEvent): void {
    const { held, rules } = this
    if (held === undefined || rules === undefined) return
    const y = event.clientY - this.box.getBoundingClientRect().top
    const value = this.drawn.series.coordinateToPrice(y)
    if (value === null || value <= 0) return
    const price = snapped(value, rules.precision)
    held.moved ||= price !== held.price
    held.price = price
    const title = rules.titleAt(held.line, price)
    this.lines.get(held.line.id)?.drawn.applyOptions({ price: forDrawing(price), title })
  }

  private async drop(): Promise<void> {
    const { held, rules } = this
    this.letGo()
    if (held?.moved) await rules?.drop(held.line, held.price)
    this.giveUp()
  }

  private press(event: KeyboardEvent): void {
    if (event.key !== 'Escape') return
    event.stopPropagation()
    this.giveUp()
  }

  /** Back to what is true. */
  private giveUp(): void {
    this.letGo()
    this.held = undefined
    if (!this.ending.signal.aborted) this.draw()
  }

  private letGo(): void {
    if (this.grip === undefined) return
    this.grip.abort()
    this.grip = undefined
    this.box.style.cursor = ''
    this.drawn.chart.applyOptions({ handleScroll: true, handleScale: true })
  }
}
