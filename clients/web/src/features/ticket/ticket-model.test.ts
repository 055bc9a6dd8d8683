import { expect, test } from 'vitest'
import { price, quantity } from '../../api/decimals'
import type { Instrument } from '../../api/model'
import { orderOf, pointsToPrice } from './ticket-model'

const EURUSD = {
  symbol: 'EURUSD',
  price_precision: 5,
  quantity_min: quantity('1000'),
  quantity_step: quantity('1000'),
  quantity_max: quantity('10000000'),
} as Instrument
const MARKET = { type: 'market', time_in_force: 'fok' } as const
const quote = { bid: price('1.12120'), ask: price('1.12140') }

test('ten points of a five-digit price are one pip', () => {
  expect(pointsToPrice(10, 5)).toBe('0.00010')
  expect(pointsToPrice(10, 3)).toBe('0.010')
})

test('an instant buy names the ask and its maximum deviation', () => {
  const ticket = {
    instrument: EURUSD,
    units: quantity('100000'),
    terms: MARKET,
    quote,
    deviationPoints: 10,
  }
  expect(orderOf({ ...ticket, side: 'buy', execution: 'instant' }, 'key-1')).toEqual({
    client_order_id: 'key-1',
    symbol: 'EURUSD',
    side: 'buy',
    quantity: '100000',
    type: 'market',
    time_in_force: 'fok',
    requested_price: '1.12140',
    max_deviation: '0.00010',
  })
})

test('a market order names no price', () => {
  const ticket = {
    instrument: EURUSD,
    units: quantity('1000'),
    terms: MARKET,
    quote,
    deviationPoints: 10,
  }
  expect(orderOf({ ...ticket, side: 'sell', execution: 'market' }, 'key-1')).not.toHaveProperty(
    'requested_price',
  )
})

test('an order that rests names its own price and not the one on the button', () => {
  const terms = { type: 'limit', limit_price: price('1.12000') } as const
  const ticket = { instrument: EURUSD, units: quantity('1000'), terms, quote, deviationPoints: 10 }
  expect(orderOf({ ...ticket, side: 'buy', execution: 'instant' }, 'key-1')).toEqual({
    client_order_id: 'key-1',
    symbol: 'EURUSD',
    side: 'buy',
    quantity: '1000',
    type: 'limit',
    limit_price: '1.12000',
  })
})
