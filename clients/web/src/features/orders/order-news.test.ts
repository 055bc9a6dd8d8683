import { expect, test } from 'vitest'
import type { Instrument, Order } from '../../api/model'
import { orderNews } from './order-news'

const EURUSD = { price_precision: 5 } as Instrument
const order = (fields: Partial<Order>) =>
  ({
    side: 'buy',
    symbol: 'EURUSD',
    quantity: '100000',
    filled_quantity: '100000',
    average_price: '1.1214',
    type: 'market',
    reason: 'client',
    limit_price: null,
    stop_price: null,
    reject: null,
    end: null,
    ...fields,
  }) as Order

test('a fill tells what was done and at which price', () => {
  expect(orderNews(order({ state: 'filled' }), EURUSD)).toEqual({
    tone: 'good',
    title: 'Order filled',
    message: 'Bought 100,000 EURUSD at 1.12140.',
  })
})

test('a reject tells why in a sentence', () => {
  const reject = { code: 'requote', message: 'price moved' }
  const news = orderNews(order({ state: 'rejected', side: 'sell', reject }), EURUSD)
  expect(news?.title).toBe('Rejected: Sell 100,000 EURUSD')
  expect(news?.message).toBe('The price moved further than your maximum deviation.')
})

test('an order that rests is told of by its price', () => {
  const limit = order({ state: 'working', type: 'limit', limit_price: '1.12' } as Partial<Order>)
  expect(orderNews(limit, EURUSD)).toEqual({
    tone: 'good',
    title: 'Order placed',
    message: 'Buy limit 100,000 EURUSD at 1.12000.',
  })
})

test('a stop loss that filled is called one; that it went with its position is no news', () => {
  const stop = { reason: 'stop_loss', type: 'stop', side: 'sell' } as const
  expect(orderNews(order({ ...stop, state: 'filled' }), EURUSD)?.title).toBe('Stop loss filled')
  const end = { code: 'linked', message: '' }
  expect(orderNews(order({ ...stop, state: 'cancelled', end }), EURUSD)).toBeUndefined()
})

test('a market order on its way is no news', () => {
  expect(orderNews(order({ state: 'working' }), EURUSD)).toBeUndefined()
})
