import { expect, test } from 'vitest'
import type { CandleItem } from '../../api/model'
import { type Candle, candleOf, firstChanged, merge } from './candles'

const bar = (time: number, close: number, more: Partial<Candle> = {}): Candle => ({
  time,
  open: close,
  high: close,
  low: close,
  close,
  ticks: 1,
  complete: true,
  revision: 0,
  ...more,
})

test('a candle of the API becomes a bar', () => {
  const item = {
    time: '2026-01-31T12:00:00Z',
    open: '1.12120',
    high: '1.12140',
    low: '1.12110',
    close: '1.12130',
    ticks: 7,
    complete: false,
    revision: 2,
  } as CandleItem
  expect(candleOf(item)).toEqual({
    time: 1769860800,
    open: 1.1212,
    high: 1.1214,
    low: 1.1211,
    close: 1.1213,
    ticks: 7,
    complete: false,
    revision: 2,
  })
})

test('what happened between two bars is put between them, and a gap stays one', () => {
  const merged = merge([bar(60, 1), bar(240, 4)], [bar(120, 2)])
  expect(merged.map(({ time }) => time)).toEqual([60, 120, 240])
})

test('a correction replaces its bar, and an older state of it does not come back', () => {
  const known = [bar(60, 1), bar(120, 2)]
  const corrected = bar(60, 9, { revision: 1 })
  expect(merge(known, [corrected])).toEqual([corrected, bar(120, 2)])
  expect(merge([corrected, bar(120, 2)], known)).toEqual([corrected, bar(120, 2)])
})

test('the running bar grows, and a page read a moment ago does not shrink it', () => {
  const running = bar(60, 1, { ticks: 5, complete: false })
  const grown = bar(60, 2, { ticks: 6, complete: false })
  expect(merge([running], [grown])).toEqual([grown])
  expect(merge([grown], [running])).toEqual([grown])
})

test('a bar that has ended does not open again', () => {
  const ended = bar(60, 1)
  expect(merge([ended], [{ ...ended, complete: false }])).toEqual([ended])
  expect(merge([{ ...ended, complete: false }], [ended])).toEqual([ended])
})

test('a bar of the same state takes the later prices: the markup has changed', () => {
  expect(merge([bar(60, 1)], [bar(60, 1.5)])).toEqual([bar(60, 1.5)])
})

test('bars that did not change are the very same', () => {
  const known = [bar(60, 1), bar(120, 2)]
  const merged = merge(known, [bar(180, 3)])
  expect(merged[0]).toBe(known[0])
  expect(merged[1]).toBe(known[1])
})

test('only the last bar and what follows it is drawn again, all else means drawing everything', () => {
  const [one, two, three] = [bar(60, 1), bar(120, 2), bar(180, 3)]
  expect(firstChanged([one, two], [one, two])).toBe(2)
  expect(firstChanged([one, two], [one, two, three])).toBe(2)
  expect(firstChanged([one, two], [one, bar(120, 9), three])).toBe(1)
  expect(firstChanged([], [one])).toBeUndefined()
  expect(firstChanged([one, two, three], [one, bar(120, 9), three])).toBeUndefined()
  expect(firstChanged([one, two], [one])).toBeUndefined()
})

test('history that comes before the only bar shown is drawn with everything', () => {
  const [older, only] = [bar(60, 1), bar(120, 2)]
  expect(firstChanged([only], [older, only])).toBeUndefined()
  expect(firstChanged([only], [bar(120, 9)])).toBe(0)
})
