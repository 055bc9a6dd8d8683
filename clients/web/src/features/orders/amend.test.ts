import { expect, test } from 'vitest'
import { price, quantity } from '../../api/decimals'
import type { Instrument, Order } from '../../api/model'
import { amendProblem, changeOf, changesBetween } from './amend'

const EURUSD = {
  pip: price('0.0001'),
  price_precision: 5,
  quantity_min: quantity('1000'),
  quantity_step: quantity('1000'),
  quantity_max: quantity('10000000'),
} as Instrument

const ORDER = {
  state: 'working',
  quantity: '10000',
  limit_price: '1.12000',
  stop_price: null,
  worst_price: null,
  stop_loss_distance: null,
  take_profit_distance: null,
  stop_loss: null,
  take_profit: '1.13000',
  trailing_stop: null,
  expires_at: null,
} as Order

test.each([
  ['quantity', '20k', { quantity: '20000' }],
  ['limit_price', '1.119', { limit_price: '1.119' }],
  ['stop_price', ' 1.12 ', { stop_price: '1.12' }],
  ['stop_loss', '1.115', { stop_loss: '1.115' }],
  ['stop_loss', '20p', { stop_loss_distance: '0.002' }],
  ['take_profit', '', { take_profit: null }],
  ['trailing_stop', '15', { trailing_stop: '0.0015' }],
  ['trailing_stop', '15p', { trailing_stop: '0.0015' }],
  ['trailing_stop', '', { trailing_stop: null }],
] as const)('%s as "%s" changes just that', (field, text, change) => {
  expect(changeOf(field, text, EURUSD)).toEqual(change)
  expect(amendProblem(field, text, EURUSD)).toBeUndefined()
})

test.each([
  ['quantity', '500', 'At least 1,000'],
  ['quantity', '', 'Not a quantity'],
  ['limit_price', '', 'A price with at most 5 decimals'],
  ['limit_price', '1.123456', 'A price with at most 5 decimals'],
  ['limit_price', '20p', 'A price with at most 5 decimals'],
  ['stop_loss', 'x', 'A price with at most 5 decimals, pips as 20p, or nothing to remove it'],
  ['trailing_stop', 'x', 'Pips, or nothing to remove it'],
] as const)('%s as "%s" is not sent: %s', (field, text, problem) => {
  expect(changeOf(field, text, EURUSD)).toBeUndefined()
  expect(amendProblem(field, text, EURUSD)).toBe(problem)
})

test('what became different is told field by field', () => {
  const after = { ...ORDER, limit_price: '1.11900', stop_loss: '1.11000', state: 'cancelled' }
  expect(changesBetween(ORDER, after as Order, 5)).toEqual([
    'Limit price 1.12000 → 1.11900',
    'Stop loss none → 1.11000',
    'State working → cancelled',
  ])
})

test('a distance that becomes another, or a price, is told', () => {
  const near = { ...ORDER, stop_loss_distance: '0.002' } as Order
  expect(changesBetween(ORDER, near, 5)).toEqual(['Stop loss none → 0.00200 away'])
  const placed = { ...near, stop_loss: '1.118', stop_loss_distance: null } as Order
  expect(changesBetween(near, placed, 5)).toEqual(['Stop loss 0.00200 away → 1.11800'])
})

test('the same price with other zeros is no change', () => {
  const after = { ...ORDER, limit_price: '1.12', take_profit: '1.130' } as Order
  expect(changesBetween(ORDER, after, 5)).toEqual([])
})
