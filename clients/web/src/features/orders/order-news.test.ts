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

test('an order on its way is no news', () => {
  expect(orderNews(order({ state: 'working' }), EURUSD)).toBeUndefined()
})
