import Big from 'big.js'
import { expect, test } from 'vitest'
import { quantity } from '../../api/decimals'
import type { Instrument } from '../../api/model'
import { parseQuantity, quantityProblem, stepped, usualQuantity } from './quantity'

const EURUSD = {
  contract_size: quantity('100000'),
  quantity_min: quantity('1000'),
  quantity_step: quantity('1000'),
  quantity_max: quantity('10000000'),
} as Instrument

test.each([
  ['100000', '100000'],
  ['100,000', '100000'],
  ['100k', '100000'],
  ['1.5M', '1500000'],
  [' 0.01 ', '0.01'],
])('%s is understood as %s units', (text, units) => {
  expect(parseQuantity(text)).toBe(units)
})

test.each(['', '0', '-5', 'abc', '1e5', 'k', 'NaN'])('%s is no quantity', (text) => {
  expect(parseQuantity(text)).toBeUndefined()
})

test('a quantity outside the limits or between steps is named as such', () => {
  expect(quantityProblem(quantity('500'), EURUSD)).toBe('At least 1,000')
  expect(quantityProblem(quantity('20000000'), EURUSD)).toBe('At most 10,000,000')
  expect(quantityProblem(quantity('1500'), EURUSD)).toBe('In steps of 1,000')
  expect(quantityProblem(quantity('100000'), EURUSD)).toBeUndefined()
})

test('stepping stays within what can be traded', () => {
  expect(stepped(quantity('1000'), new Big(-1000), EURUSD)).toBe('1000')
  expect(stepped(quantity('1500'), new Big(1000), EURUSD)).toBe('2000')
  expect(stepped(quantity('9999000'), new Big(10000), EURUSD)).toBe('10000000')
})

test('who has not chosen deals a tenth of a lot, or the least there is', () => {
  expect(usualQuantity(EURUSD)).toBe('10000')
  expect(usualQuantity({ ...EURUSD, quantity_min: quantity('50000') })).toBe('50000')
})
