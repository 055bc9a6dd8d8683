import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { QuoteStore } from './quote-store'

const item = (bid: string | null, symbol = 'EURUSD', tradable = true) => ({
  symbol,
  bid,
  ask: bid === null ? null : `${bid}9`,
  time: '2026-01-31T12:00:00.000000Z',
  tradable,
})

let store: QuoteStore
beforeEach(() => {
  vi.useFakeTimers()
  store = new QuoteStore()
})
afterEach(() => vi.useRealTimers())

test('a burst of ticks reaches a row once, with the latest price', () => {
  const row = vi.fn()
  store.subscribe('EURUSD', row)
  for (let tick = 0; tick < 500; tick += 1) store.apply([item(`1.1${1000 + tick}`)])
  expect(store.latest('EURUSD')).toBeUndefined()
  vi.advanceTimersByTime(100)
  expect(row).toHaveBeenCalledOnce()
  expect(store.latest('EURUSD')?.bid).toBe('1.11499')
})

test('a row hears of its own symbol only', () => {
  const row = vi.fn()
  store.subscribe('GBPUSD', row)
  store.apply([item('1.1000')])
  vi.advanceTimersByTime(100)
  expect(row).not.toHaveBeenCalled()
})

test('the direction holds while the price stands still', () => {
  const moves = ['1.1000', '1.1001', '1.1001', '1.0999'].map((bid) => {
    store.apply([item(bid)])
    vi.advanceTimersByTime(100)
    return store.latest('EURUSD')?.bidMove
  })
  expect(moves).toEqual(['none', 'up', 'up', 'down'])
})

test('a symbol without a price keeps its last one and cannot be traded', () => {
  store.apply([item('1.1000')])
  store.apply([item(null)])
  vi.advanceTimersByTime(100)
  expect(store.latest('EURUSD')).toMatchObject({ bid: '1.1000', tradable: false })
})
