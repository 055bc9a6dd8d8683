import { expect, test } from 'vitest'
import { aggregate, type Candle, foldTick } from './candles'

const fold = (seconds: number, ticks: [number, number][]): Candle[] => {
  const bars: Candle[] = []
  for (const [at, value] of ticks) foldTick(bars, seconds, at, value)
  return bars
}

test('ticks of one second make one bar', () => {
  expect(
    fold(1, [
      [10.1, 5],
      [10.5, 7],
      [10.7, 4],
      [10.9, 6],
    ]),
  ).toEqual([{ time: 10, open: 5, high: 7, low: 4, close: 6, ticks: 4 }])
})

test('a gap makes no bar', () => {
  expect(
    fold(1, [
      [10, 5],
      [14, 6],
    ]).map((bar) => bar.time),
  ).toEqual([10, 14])
})

test('a late tick never reopens an older bar', () => {
  const bars = fold(1, [
    [10, 5],
    [11, 6],
    [10.9, 9],
  ])
  expect(bars.map((bar) => bar.high)).toEqual([5, 9])
})

test('longer bars are the sum of shorter ones', () => {
  const ticks: [number, number][] = Array.from({ length: 100 }, (_, i) => [i * 0.7, (i * 37) % 11])
  expect(aggregate(fold(1, ticks), 5)).toEqual(fold(5, ticks))
})
