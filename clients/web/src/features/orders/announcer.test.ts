import { expect, test } from 'vitest'
import type { AccountEvent, Instrument, Order } from '../../api/model'
import type { Trading } from '../../api/trading'
import { Announcer } from './announcer'

const EURUSD = { price_precision: 5 } as Instrument
const WORKING = {
  id: 'o',
  side: 'buy',
  symbol: 'EURUSD',
  type: 'limit',
  state: 'working',
  reason: 'client',
  quantity: '1000',
  limit_price: '1.12',
  stop_price: null,
} as Order
const FILLED = {
  ...WORKING,
  state: 'filled',
  filled_quantity: '1000',
  average_price: '1.12',
} as Order

test('an order is told of when it is placed and again when it is filled, each once', async () => {
  const told: string[] = []
  const trading = { order: async () => FILLED } as unknown as Trading
  const announcer = new Announcer(
    trading,
    () => EURUSD,
    ({ title }) => told.push(title),
  )
  const event = { type: 'order.filled', data: { id: 'o' } } as unknown as AccountEvent
  announcer.order(WORKING)
  announcer.order(WORKING)
  announcer.event('a', { ...event, type: 'order.working' })
  announcer.event('a', event)
  announcer.event('a', event)
  await Promise.resolve()
  await Promise.resolve()
  announcer.order(FILLED)
  expect(told).toEqual(['Order placed', 'Order filled'])
})
