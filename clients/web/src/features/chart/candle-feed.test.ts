import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { StreamConnection } from '../../stream/connection'
import type { ClientFrame, ServerFrame } from '../../stream/protocol'
import { CandleFeed, type CandleRange, NO_CANDLES } from './candle-feed'
import type { Candle } from './candles'

const KEY = { symbol: 'EURUSD', interval: '1m', side: 'bid' } as const

const bar = (minute: number, close: number, more: Partial<Candle> = {}): Candle => ({
  time: minute * 60,
  open: close,
  high: close,
  low: close,
  close,
  ticks: 1,
  complete: true,
  revision: 0,
  ...more,
})

/** The history of one symbol, answering as the API does. */
let history: Candle[]
let asked: CandleRange[]
let away: boolean
let sent: ClientFrame[]
let ready: () => void
let hear: (frame: ServerFrame) => void
let feed: CandleFeed | undefined

async function read(range: CandleRange): Promise<Candle[]> {
  asked.push(range)
  if (away) throw new Error('away')
  const { from, to = Number.POSITIVE_INFINITY, limit } = range
  const found = history.filter(({ time }) => time >= (from ?? 0) && time < to)
  return from === undefined ? found.slice(-limit) : found.slice(0, limit)
}

const stream = {
  onReady: (listener: () => void) => {
    ready = listener
    return () => undefined
  },
  onFrame: (listener: (frame: ServerFrame) => void) => {
    hear = listener
    return () => undefined
  },
  send: (message: ClientFrame) => sent.push(message),
} as unknown as StreamConnection

const frame = (bars: Candle[], more: { reload?: boolean; symbol?: string } = {}) =>
  hear({
    type: 'candles',
    ...KEY,
    ...more,
    items: bars.map(({ time, open, high, low, close, ...rest }) => ({
      time: new Date(time * 1000).toISOString(),
      open: String(open),
      high: String(high),
      low: String(low),
      close: String(close),
      ...rest,
    })),
  } as ServerFrame)

const shown = () => feed?.current() ?? NO_CANDLES
const settle = () => vi.advanceTimersByTimeAsync(0)
const minutes = () => shown().bars.map(({ time }) => time / 60)
const closes = () => shown().bars.map(({ close }) => close)

function open(): void {
  feed?.close()
  sent = []
  feed = new CandleFeed(KEY, read, stream)
}

beforeEach(() => {
  vi.useFakeTimers()
  history = [bar(1, 1), bar(2, 2), bar(3, 3)]
  asked = []
  away = false
  open()
})
afterEach(() => {
  feed?.close()
  vi.useRealTimers()
})

test('history is continued by the stream', async () => {
  await settle()
  expect(sent).toEqual([{ type: 'subscribe', channel: 'candles', ...KEY }])
  frame([bar(3, 3), bar(4, 4, { complete: false })])
  frame([bar(4, 4.5, { complete: false, ticks: 2 })])
  expect(closes()).toEqual([1, 2, 3, 4.5])
})

test('a frame that comes before history does is not undone by it', async () => {
  open()
  frame([bar(3, 3.5, { ticks: 9 })])
  await settle()
  expect(closes()).toEqual([1, 2, 3.5])
})

test('candles of another symbol are not taken', async () => {
  await settle()
  frame([bar(4, 4)], { symbol: 'GBPUSD' })
  expect(minutes()).toEqual([1, 2, 3])
})

test('older pages are read until there is nothing older', async () => {
  history = Array.from({ length: 1200 }, (_, minute) => bar(minute, 1))
  open()
  await settle()
  expect(minutes()[0]).toBe(700)
  expect(shown().whole).toBe(false)
  await feed?.older()
  expect(minutes()[0]).toBe(200)
  await feed?.older()
  expect(minutes()).toHaveLength(1200)
  expect(shown().whole).toBe(true)
  const before = asked.length
  await feed?.older()
  expect(asked).toHaveLength(before)
})

test('a new connection reads what was missed, from the first bar shown', async () => {
  await settle()
  history = [bar(1, 1), bar(2, 8, { revision: 1 }), bar(3, 3), bar(4, 4), bar(5, 5)]
  ready()
  await settle()
  expect(closes()).toEqual([1, 8, 3, 4, 5])
  expect(asked.at(-1)).toEqual({ from: 60, limit: 5000 })
  expect(sent.filter(({ type }) => type === 'subscribe')).toHaveLength(2)
})

test('a frame that asks for it has everything read anew: the markup changed', async () => {
  await settle()
  history = history.map((each) => bar(each.time / 60, each.close + 10))
  frame([bar(3, 13)], { reload: true })
  await settle()
  expect(closes()).toEqual([11, 12, 13])
})

test('what history wrote after the stream began is read a moment later', async () => {
  await settle()
  frame([bar(5, 5), bar(6, 6, { complete: false })])
  history.push(bar(4, 4), bar(5, 5))
  await vi.advanceTimersByTimeAsync(5_000)
  expect(minutes()).toEqual([1, 2, 3, 4, 5, 6])
})

test('an unreadable history is tried again while the stream goes on', async () => {
  away = true
  open()
  await settle()
  expect(shown().history).toBe('unreadable')
  frame([bar(4, 4)])
  expect(minutes()).toEqual([4])
  away = false
  await vi.advanceTimersByTimeAsync(1_000)
  expect(shown().history).toBe('read')
  expect(minutes()).toEqual([1, 2, 3, 4])
})

test('a fresh platform has no history: the chart begins with the first frame', async () => {
  history = []
  open()
  await settle()
  expect(shown()).toEqual({ bars: [], history: 'read', whole: true })
  frame([bar(1, 1, { complete: false })])
  expect(minutes()).toEqual([1])
})

test('a subscription that nobody answers is made again', async () => {
  await vi.advanceTimersByTimeAsync(5_000)
  expect(sent).toHaveLength(2)
  frame([])
  await vi.advanceTimersByTimeAsync(60_000)
  expect(sent).toHaveLength(2)
})

test('a closed feed says so and takes nothing more', async () => {
  open()
  feed?.close()
  await settle()
  expect(sent.at(-1)).toEqual({ type: 'unsubscribe', channel: 'candles', ...KEY })
  expect(shown().bars).toEqual([])
})
