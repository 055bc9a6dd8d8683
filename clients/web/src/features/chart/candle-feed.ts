import type { CandleInterval, CandleSide } from '../../api/model'
import { backoffMs } from '../../stream/backoff'
import type { StreamConnection } from '../../stream/connection'
import type { ServerFrame } from '../../stream/protocol'
import { type Candle, candleOf, merge } from './candles'

export interface CandleKey {
  symbol: string
  interval: CandleInterval
  side: CandleSide
}

/** Seconds since the epoch; with `from` the first `limit` of the range, else the last before `to`. */
export interface CandleRange {
  from?: number
  to?: number
  limit: number
}

export type ReadCandles = (range: CandleRange) => Promise<readonly Candle[]>

export interface CandleView {
  bars: readonly Candle[]
  history: 'reading' | 'read' | 'unreadable'
  /** Nothing is older than the first bar. */
  whole: boolean
}

export const NO_CANDLES: CandleView = { bars: [], history: 'reading', whole: false }
/** A page of history, and one of what has to be read anew. */
const PAGE = 500
const PAGE_MAX = 5000
/** What one chart holds; scrolling further back ends here. */
const BARS_MAX = 20_000
/** History is written a moment after the stream; what fell between the two is there by then. */
const SETTLED_MS = 5_000
const ANSWER_MS = 5_000

/** The candles of one symbol, interval and side: history from REST, continued by the stream. */
export class CandleFeed {
  private view = NO_CANDLES
  /** What frames said while history was being read: it is newer than what that will say. */
  private heard: Candle[] | undefined
  private reading = 0
  private failures = 0
  private everRead = false
  private readingOlder = false
  private answered = false
  private again: ReturnType<typeof setTimeout> | undefined
  private ask: ReturnType<typeof setTimeout> | undefined
  private readonly leave: readonly (() => void)[]
  private readonly listeners = new Set<() => void>()
  private readonly key: CandleKey
  private readonly read: ReadCandles
  private readonly stream: StreamConnection

  constructor(key: CandleKey, read: ReadCandles, stream: StreamConnection) {
    this.key = key
    this.read = read
    this.stream = stream
    this.leave = [
      stream.onFrame((frame) => this.receive(frame)),
      stream.onReady(() => this.begin()),
    ]
    this.begin()
  }

  readonly current = (): CandleView => this.view

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  close(): void {
    for (const leave of this.leave) leave()
    clearTimeout(this.again)
    clearTimeout(this.ask)
    this.reading += 1
    this.stream.send({ type: 'unsubscribe', channel: 'candles', ...this.key })
  }

  /** Read what is before the first bar; does nothing while that is under way or at the beginning. */
  async older(): Promise<void> {
    const { bars, whole, history } = this.view
    const first = bars[0]
    if (!first || whole || history !== 'read' || this.readingOlder) return
    this.readingOlder = true
    const reading = this.reading
    try {
      const page = await this.read({ to: first.time, limit: PAGE })
      if (reading !== this.reading) return
      const older = merge(page, this.view.bars)
      this.become({ bars: older, whole: page.length < PAGE || older.length >= BARS_MAX })
    } catch {
      // The next scroll asks again.
    } finally {
      this.readingOlder = false
    }
  }

  /** On every connection: go on live, and read what was missed, corrections included. */
  private begin(): void {
    this.follow()
    void this.refresh()
  }

  private follow(): void {
    this.answered = false
    this.stream.send({ type: 'subscribe', channel: 'candles', ...this.key })
    clearTimeout(this.ask)
    // A refusal for now does not say whom it concerns; silence does.
    this.ask = setTimeout(() => this.answered || this.follow(), ANSWER_MS)
  }

  private receive(frame: ServerFrame): void {
    if (frame.type !== 'candles') return
    const { symbol, interval, side } = this.key
    if (frame.symbol !== symbol || frame.interval !== interval || frame.side !== side) return
    this.answered = true
    const items = frame.items.map(candleOf)
    if (frame.reload) void this.refresh()
    this.heard?.push(...items)
    this.become({ bars: trimmed(merge(this.view.bars, items)) })
  }

  /** Read all that is shown anew. */
  private async refresh(): Promise<void> {
    this.reading += 1
    const reading = this.reading
    this.heard = []
    clearTimeout(this.again)
    try {
      const { bars, whole } = await this.shownAnew()
      if (reading !== this.reading) return
      this.failures = 0
      this.everRead = true
      this.become({ bars: merge(this.continued(bars), this.heard ?? []), whole, history: 'read' })
      this.heard = undefined
      this.again = setTimeout(() => void this.catchUp(bars.at(-1)?.time), SETTLED_MS)
    } catch {
      if (reading !== this.reading) return
      this.become({ history: 'unreadable' })
      this.again = setTimeout(() => void this.refresh(), backoffMs(this.failures))
      this.failures += 1
    }
  }

  /** History and what is shown beyond its end; the read a moment later makes that good. */
  private continued(history: readonly Candle[]): readonly Candle[] {
    const end = history.at(-1)?.time ?? 0
    return [...history, ...this.view.bars.filter(({ time }) => time > end)]
  }

  private async shownAnew(): Promise<{ bars: readonly Candle[]; whole: boolean }> {
    const from = this.view.bars[0]?.time
    if (this.everRead && from !== undefined) {
      const bars = await this.readSince(from)
      if (bars.length < BARS_MAX) return { bars, whole: this.view.whole }
    }
    const bars = await this.read({ limit: PAGE })
    return { bars, whole: bars.length < PAGE }
  }

  private async readSince(first: number): Promise<Candle[]> {
    const bars: Candle[] = []
    for (let from = first; bars.length < BARS_MAX; from = (bars.at(-1)?.time ?? from) + 1) {
      const page = await this.read({ from, limit: PAGE_MAX })
      bars.push(...page)
      if (page.length < PAGE_MAX) break
    }
    return bars
  }

  private async catchUp(from: number | undefined): Promise<void> {
    const reading = this.reading
    const range = from === undefined ? { limit: PAGE } : { from, limit: PAGE }
    const late = await this.read(range).catch(() => [])
    if (reading === this.reading) this.become({ bars: merge(this.view.bars, late) })
  }

  private become(change: Partial<CandleView>): void {
    this.view = { ...this.view, ...change }
    for (const listener of this.listeners) listener()
  }
}

/** Cut in slices, so that a chart open all day does not begin elsewhere every second. */
function trimmed(bars: Candle[]): Candle[] {
  return bars.length > BARS_MAX * 1.1 ? bars.slice(-BARS_MAX) : bars
}
