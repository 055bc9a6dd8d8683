import { expect, test } from 'vitest'
import type { AccountEvent } from '../../api/model'
import { eventWords } from './event-words'

const at = { account_id: 'a', time: '2026-01-31T12:00:00.000000Z' }
const precisionOf = (symbol: string) => (symbol === 'EURUSD' ? 5 : undefined)
const words = (...events: [seq: number, type: string, data: Record<string, unknown>][]) => [
  ...eventWords(
    events.map(([seq, type, data]): AccountEvent => ({ ...at, seq, type, data })),
    'USD',
    precisionOf,
  ).values(),
]

const order = { id: 'o', symbol: 'EURUSD', side: 'buy', quantity: '40000', average_price: '1.1243' }
const position = { symbol: 'US500', side: 'sell', quantity: '1.0', open_price: '5373.21' }

test('every step of an order says which order, the fill also at which price', () => {
  expect(
    words(
      [5, 'order.filled', order],
      [4, 'order.working', { id: 'o', state: 'working' }],
      [3, 'order.new', { id: 'o', state: 'new' }],
    ),
  ).toEqual(['Buy 40,000 EURUSD at 1.12430', 'Buy 40,000 EURUSD', 'Buy 40,000 EURUSD'])
})

test('a step whose order is not in the list says nothing rather than something else', () => {
  expect(words([3, 'order.new', { id: 'another', state: 'new' }])).toEqual([''])
})

test('a position says what is open, and when it is closed what was', () => {
  const closed = { ...position, quantity: '0.0', closed_at: at.time }
  expect(words([2, 'position.closed', closed], [1, 'position.opened', position])).toEqual([
    'Sell US500 at 5373.21',
    'Sell 1 US500 at 5373.21',
  ])
})

test('a posting says what for, how much, and the balance after it', () => {
  const entries = [
    { type: 'pnl', amount: '-1207.68' },
    { type: 'commission', amount: '-3.50' },
  ]
  expect(words([1, 'ledger.posted', { balance: '8788.82', entries }])).toEqual([
    'P/L −1,207.68, Commission −3.50, balance 8,788.82',
  ])
})

test('what is new to this client is shown without words', () => {
  expect(words([2, 'something.else', {}], [1, 'margin.call', { level: '98.20' }])).toEqual([
    '',
    'Level 98.20 %',
  ])
})
