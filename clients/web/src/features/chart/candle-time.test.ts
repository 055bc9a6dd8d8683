import { expect, test } from 'vitest'
import { axisTime, markOfTime, timeInFull } from './candle-time'

const at = (iso: string) => Date.parse(iso) / 1000

test('a day stands at its trade date, in winter and in summer time', () => {
  expect(axisTime(at('2026-01-14T22:00:00Z'), '1d')).toBe(at('2026-01-15T00:00:00Z'))
  expect(axisTime(at('2026-07-14T21:00:00Z'), '1d')).toBe(at('2026-07-15T00:00:00Z'))
})

test('a week stands at its Monday and a month at its first', () => {
  expect(axisTime(at('2026-01-11T22:00:00Z'), '1w')).toBe(at('2026-01-12T00:00:00Z'))
  expect(axisTime(at('2026-10-31T21:00:00Z'), '1M')).toBe(at('2026-11-01T00:00:00Z'))
})

test('hours and less stand where they begin', () => {
  for (const interval of ['1s', '1m', '1h', '4h'] as const) {
    expect(axisTime(at('2026-01-14T22:00:00Z'), interval)).toBe(at('2026-01-14T22:00:00Z'))
  }
})

test('months are named, and days keep the words of the calendar', () => {
  const november = at('2026-11-01T00:00:00Z')
  expect(markOfTime(november, '1M', 2)).toBe('Nov')
  expect(markOfTime(november, '1M', 0)).toBeNull()
  expect(markOfTime(november, '1d', 1)).toBeNull()
  expect(timeInFull(november, '1M')).toBe('Nov 2026')
  expect(timeInFull(november, '1d')).toBe('1 Nov 2026')
})
