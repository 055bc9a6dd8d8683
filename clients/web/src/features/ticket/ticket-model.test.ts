import Big from 'big.js'
import { expect, test } from 'vitest'
import { price, quantity } from '../../api/decimals'
import type { Instrument } from '../../api/model'
import { orderOf, parseQuantity, pointsToPrice, quantityProblem, stepped } from './ticket-model'

const EURUSD = {
  symbol: 'EURUSD',
  price_precision: 5,
  quantity_min: quantity('1000'),
  quantity_step: quantity('1000'),
  quantity_max: quantity('10000000'),
} as Instrument
const quote = { bid: price('1.12120'), ask: price('1.12140') }

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

test('ten points of a five-digit price are one pip', () => {
  expect(pointsToPrice(10, 5)).toBe('0.00010')
  expect(pointsToPrice(10, 3)).toBe('0.010')
})

test('an instant buy names the ask and its maximum deviation', () => {
  const ticket = { instrument: EURUSD, units: quantity('100000'), quote, deviationPoints: 10 }
  expect(orderOf({ ...ticket, side: 'buy', execution: 'instant' }, 'key-1')).toEqual({
    client_order_id: 'key-1',
    symbol: 'EURUSD',
    side: 'buy',
    quantity: '100000',
    requested_price: '1.12140',
    max_deviation: '0.00010',
  })
})

test('a market order names no price', () => {
  const ticket = { instrument: EURUSD, units: quantity('1000'), quote, deviationPoints: 10 }
  expect(orderOf({ ...ticket, side: 'sell', execution: 'market' }, 'key-1')).not.toHaveProperty(
    'requested_price',
  )
})
