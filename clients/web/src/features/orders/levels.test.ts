import { expect, test } from 'vitest'
import { price } from '../../api/decimals'
import { distanceTo, inPips, kindOf, levelAt, parsePips, parsePrice, snapped } from './levels'

const EURUSD = { pip: price('0.0001'), price_precision: 5 }
const USDJPY = { pip: price('0.01'), price_precision: 3 }
const entry = price('1.12140')

test.each([
  ['stop_loss', 'buy', '1.11940'],
  ['stop_loss', 'sell', '1.12340'],
  ['take_profit', 'buy', '1.12340'],
  ['take_profit', 'sell', '1.11940'],
] as const)('a %s of a %s twenty pips away is at %s', (kind, side, level) => {
  const distance = parsePips('20', EURUSD)
  expect(distance).toBe('0.002')
  expect(levelAt(kind, side, entry, price('0.002')).toFixed(5)).toBe(level)
  expect(distanceTo(kind, side, entry, price(level)).toFixed(5)).toBe('0.00200')
})

test('a level on the wrong side has a distance below zero', () => {
  expect(distanceTo('stop_loss', 'buy', entry, price('1.12150')).toFixed()).toBe('-0.0001')
})

test('pips may have as many decimals as make whole points', () => {
  expect(parsePips('12.5', EURUSD)).toBe('0.00125')
  expect(parsePips('12.55', EURUSD)).toBeUndefined()
  expect(parsePips('12.5', USDJPY)).toBe('0.125')
  expect(parsePips('0', EURUSD)).toBeUndefined()
  expect(parsePips('-3', EURUSD)).toBeUndefined()
})

test('a distance is shown in pips without zeros that say nothing', () => {
  expect(inPips(price('0.00200'), EURUSD.pip)).toBe('20')
  expect(inPips(price('0.00125'), EURUSD.pip)).toBe('12.5')
  expect(inPips(price('0.100'), USDJPY.pip)).toBe('10')
})

test('a price has no more decimals than its instrument', () => {
  expect(parsePrice('1.12145', 5)).toBe('1.12145')
  expect(parsePrice('1.121455', 5)).toBeUndefined()
  expect(parsePrice('2,287.3', 2)).toBe('2287.3')
  expect(parsePrice('0', 5)).toBeUndefined()
  expect(parsePrice('1e5', 5)).toBeUndefined()
})

test('a place on the chart becomes the nearest price there is', () => {
  expect(snapped(1.121454999, 5)).toBe('1.12145')
  expect(snapped(149.6065, 3)).toBe('149.607')
})

test('beyond the market profit is taken, short of it losses end', () => {
  expect(kindOf('buy', price('1.13'), entry)).toBe('take_profit')
  expect(kindOf('buy', price('1.11'), entry)).toBe('stop_loss')
  expect(kindOf('sell', price('1.13'), entry)).toBe('stop_loss')
  expect(kindOf('sell', price('1.11'), entry)).toBe('take_profit')
})
