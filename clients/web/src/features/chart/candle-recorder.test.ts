import { beforeEach, expect, test } from 'vitest'
import type { PriceItem } from '../../stream/protocol'
import { QuoteStore } from '../quotes/quote-store'
import { type CandleMemory, tabMemory } from './candle-memory'
import { CandleRecorder } from './candle-recorder'

/** The storage of one tab, as browsers have it. */
class TabStorage implements Storage {
  private readonly entries = new Map<string, string>()
  full = false
  get length() {
    return this.entries.size
  }
  clear = () => this.entries.clear()
  key = (index: number) => [...this.entries.keys()][index] ?? null
  getItem = (name: string) => this.entries.get(name) ?? null
  removeItem = (name: string) => void this.entries.delete(name)
  setItem = (name: string, text: string) => {
    if (this.full) throw new DOMException('full', 'QuotaExceededError')
    this.entries.set(name, text)
  }
}

let storage: TabStorage
let memory: CandleMemory
beforeEach(() => {
  storage = new TabStorage()
  memory = tabMemory(storage)
})

/** A page of the tab: prices come in, candles are recorded. */
function page(accountId: string) {
  const quotes = new QuoteStore()
  const candles = new CandleRecorder(quotes, memory)
  candles.open(accountId)
  const hear = (second: number, bid: string, symbol = 'EURUSD') => {
    const time = new Date(second * 1000).toISOString()
    quotes.apply([{ symbol, bid, ask: bid, time, tradable: true } as PriceItem])
  }
  return { candles, hear }
}

test('a reload goes on with the candles of the same account', () => {
  const before = page('a')
  before.hear(60, '1.1')
  before.hear(61, '1.3')
  before.candles.keep('a')
  const after = page('a')
  after.hear(61.5, '1.2')
  after.hear(65, '1.4')
  expect(after.candles.bars('EURUSD', 1)).toEqual([
    { time: 60, open: 1.1, high: 1.1, low: 1.1, close: 1.1, ticks: 1 },
    { time: 61, open: 1.3, high: 1.3, low: 1.2, close: 1.2, ticks: 2 },
    { time: 65, open: 1.4, high: 1.4, low: 1.4, close: 1.4, ticks: 1 },
  ])
  expect(after.candles.bars('EURUSD', 60)).toEqual([
    { time: 60, open: 1.1, high: 1.4, low: 1.1, close: 1.4, ticks: 4 },
  ])
})

test('another account starts anew, for its group may have other prices', () => {
  const before = page('a')
  before.hear(60, '1.1')
  before.candles.keep('a')
  expect(page('b').candles.bars('EURUSD', 1)).toEqual([])
  expect(page('a').candles.bars('EURUSD', 1)).toEqual([])
})

test('after a sign-out nothing is left in the tab', () => {
  const before = page('a')
  before.hear(60, '1.1')
  before.candles.keep('a')
  before.candles.clear()
  expect(storage.length).toBe(0)
  expect(before.candles.bars('EURUSD', 1)).toEqual([])
})

test('a full or spoilt storage costs the candles and nothing else', () => {
  const before = page('a')
  before.hear(60, '1.1')
  storage.full = true
  before.candles.keep('a')
  expect(page('a').candles.bars('EURUSD', 1)).toEqual([])
  storage.full = false
  before.candles.keep('a')
  storage.setItem(storage.key(0) ?? '', '{"accountId":"a"')
  expect(page('a').candles.bars('EURUSD', 1)).toEqual([])
})

test('a reload keeps ten minutes of seconds', () => {
  const before = page('a')
  for (let second = 0; second < 700; second += 1) before.hear(second, '1.1')
  before.candles.keep('a')
  const kept = page('a').candles.bars('EURUSD', 1)
  expect(kept.length).toBe(600)
  expect(kept.at(-1)?.time).toBe(699)
})
