import { expect, test } from 'vitest'
import { price } from '../../api/decimals'
import type { Instrument } from '../../api/model'
import {
  type Draft,
  EMPTY,
  fillsAtOnce,
  fromMarket,
  lifeOf,
  livesOf,
  naturalSide,
  problemsOf,
  sideProblem,
  termsOf,
} from './draft'

const EURUSD = {
  symbol: 'EURUSD',
  pip: price('0.0001'),
  price_precision: 5,
  time_in_force: ['gtc', 'day', 'gtd', 'ioc', 'fok'],
  guaranteed_stop: null,
} as unknown as Instrument
const GUARANTEED = {
  ...EURUSD,
  guaranteed_stop: { premium: price('0.0002'), distance: price('0.002') },
}
const NOW = new Date('2026-11-25T10:00:00Z')
const quote = { bid: price('1.12120'), ask: price('1.12140') }
const draft = (part: Partial<Draft>): Draft => ({ ...EMPTY, ...part })
const terms = (part: Partial<Draft>, unit: 'pips' | 'price' = 'price') =>
  termsOf(draft(part), unit, EURUSD)

test('an empty ticket asks for a market order, filled or killed', () => {
  expect(termsOf(EMPTY, 'pips', EURUSD)).toEqual({ type: 'market', time_in_force: 'fok' })
  expect(problemsOf(EMPTY, 'pips', EURUSD, NOW)).toEqual({})
})

test('a stop-limit with everything asks for everything', () => {
  const all = draft({
    type: 'stop_limit',
    stop: '1.125',
    limit: '1.126',
    lasts: 'gtd',
    until: '2026-12-01T12:00',
    stopLoss: '20',
    takeProfit: '40.5',
    trailing: '15',
    triggerSide: 'mid',
    linked: 'order-1',
    parent: 'order-2',
    worst: '1.2',
  })
  expect(termsOf(all, 'pips', EURUSD)).toEqual({
    type: 'stop_limit',
    time_in_force: 'gtd',
    expires_at: new Date('2026-12-01T12:00').toISOString(),
    stop_price: '1.125',
    limit_price: '1.126',
    trigger_side: 'mid',
    stop_loss_distance: '0.002',
    take_profit_distance: '0.00405',
    trailing_stop: '0.0015',
    linked_order_id: 'order-1',
    parent_order_id: 'order-2',
  })
  expect(problemsOf(all, 'pips', EURUSD, NOW)).toEqual({})
})

test('levels are prices where the trader types prices', () => {
  expect(terms({ stopLoss: '1.119', takeProfit: '1.13' })).toMatchObject({
    stop_loss: '1.119',
    take_profit: '1.13',
  })
})

test('what only reduces has no protection, and fields of other types are not sent', () => {
  const reducing = terms({ reduceOnly: true, stopLoss: '1.1', limit: '1.2', triggerSide: 'bid' })
  expect(reducing).toEqual({ type: 'market', time_in_force: 'fok', reduce_only: true })
})

test('a stop is guaranteed only where that is offered', () => {
  const guarded = draft({ stopLoss: '30', guaranteed: true })
  expect(termsOf(guarded, 'pips', GUARANTEED)).toMatchObject({ guaranteed_stop: true })
  expect(termsOf(guarded, 'pips', EURUSD)).not.toHaveProperty('guaranteed_stop')
  expect(termsOf(draft({ guaranteed: true }), 'pips', GUARANTEED)).not.toHaveProperty(
    'guaranteed_stop',
  )
})

test('an order lives as its symbol allows, and as its type can', () => {
  const short = { ...EURUSD, time_in_force: ['day', 'ioc'] } as Instrument
  expect(livesOf('limit', short)).toEqual(['day', 'ioc'])
  expect(lifeOf(draft({ type: 'market', lasts: 'gtc' }), short)).toBe('ioc')
  expect(lifeOf(draft({ type: 'stop', lasts: 'gtc' }), short)).toBe('day')
})

test('what cannot be read is named, field by field', () => {
  const wrong = draft({ type: 'limit', limit: '1.123456', stopLoss: 'x', trailing: '0' })
  expect(problemsOf({ ...wrong, lasts: 'gtd' }, 'pips', EURUSD, NOW)).toEqual({
    limit: 'A price with at most 5 decimals',
    stopLoss: 'Not a number of pips',
    trailing: 'Not a number of pips',
    until: 'Choose a time to come',
  })
})

test('what only reduces is not held up by protection it does not have, but by its time', () => {
  const reducing = draft({ type: 'limit', limit: '1.12', reduceOnly: true, stopLoss: 'x' })
  expect(problemsOf(reducing, 'pips', EURUSD, NOW)).toEqual({})
  expect(problemsOf({ ...reducing, lasts: 'gtd' }, 'pips', EURUSD, NOW)).toEqual({
    until: 'Choose a time to come',
  })
})

test('a side whose levels are on the wrong side cannot be dealt', () => {
  const stop = terms({ stopLoss: '1.11' })
  expect(sideProblem(stop, 'buy', quote)).toBeUndefined()
  expect(sideProblem(stop, 'sell', quote)).toBe('Stop loss must be above the price')
  const profit = terms({ takeProfit: '1.11' })
  expect(sideProblem(profit, 'buy', quote)).toBe('Take profit must be above the price')
  expect(sideProblem(profit, 'sell', quote)).toBeUndefined()
})

test('a stop goes with the market, one that is touched against it', () => {
  const above = { stop: '1.13' }
  expect(sideProblem(terms({ type: 'stop', ...above }), 'buy', quote)).toBeUndefined()
  expect(sideProblem(terms({ type: 'stop', ...above }), 'sell', quote)).toBe(
    'Trigger must be below the market',
  )
  const touched = terms({ type: 'market_if_touched', ...above })
  expect(sideProblem(touched, 'sell', quote)).toBeUndefined()
  expect(sideProblem(touched, 'buy', quote)).toBe('Trigger must be below the market')
})

test.each([
  [{ type: 'limit', limit: '1.11' }, 'buy'],
  [{ type: 'limit', limit: '1.13' }, 'sell'],
  [{ type: 'stop', stop: '1.13' }, 'buy'],
  [{ type: 'stop_limit', stop: '1.11' }, 'sell'],
  [{ type: 'market_if_touched', stop: '1.11' }, 'buy'],
  [{ stopLoss: '1.11' }, 'buy'],
  [{ takeProfit: '1.11' }, 'sell'],
  [{}, undefined],
] as const)('%o speaks of a %s', (part, side) => {
  expect(naturalSide(terms(part), quote)).toBe(side)
})

test('how far a price is from the market is told in pips', () => {
  expect(fromMarket(price('1.12030'), quote, EURUSD.pip)).toBe('−10.0 pips')
  expect(fromMarket(price('1.12255'), quote, EURUSD.pip)).toBe('+12.5 pips')
})

test('a limit the market has reached fills at once', () => {
  const low = terms({ type: 'limit', limit: '1.12' })
  expect(fillsAtOnce(low, 'buy', quote)).toBe(false)
  expect(fillsAtOnce(low, 'sell', quote)).toBe(true)
  expect(fillsAtOnce(terms({ type: 'limit', limit: '1.1214' }), 'buy', quote)).toBe(true)
  expect(fillsAtOnce(terms({ type: 'stop', stop: '1.12' }), 'sell', quote)).toBe(false)
})
