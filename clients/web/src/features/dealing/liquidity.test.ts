import { expect, test } from 'vitest'
import { price, quantity } from '../../api/decimals'
import type { LiquidityLevel, LiquidityQuote, SymbolLiquidity } from '../../api/model'
import { formatAge, formatSize } from './dealing-format'
import { ageMs, ladder, liveLps, matching, pressed, sorted } from './liquidity'
import { QuoteRates } from './quote-rates'

const level = (at: string, size: string, lp: string): LiquidityLevel => ({
  price: price(at),
  size: quantity(size),
  lp,
})

const quote = (lp: string, age_ms: number, live = true): LiquidityQuote => ({
  lp,
  bid: price('1.1'),
  ask: price('1.2'),
  bid_size: quantity('1000000'),
  ask_size: quantity('1000000'),
  age_ms,
  spread_points: '10',
  live,
})

const item = (symbol: string, more: Partial<SymbolLiquidity> = {}): SymbolLiquidity => ({
  symbol,
  tradable: true,
  reason: null,
  bid: price('1.1'),
  ask: price('1.2'),
  spread_points: '10',
  time: null,
  bids: [],
  asks: [],
  quotes: [],
  ...more,
})

const symbols = (items: readonly SymbolLiquidity[]) => items.map(({ symbol }) => symbol)

test('numbers are sorted as numbers, and what has none comes last either way', () => {
  const items = [
    item('A', { spread_points: '100' }),
    item('B', { spread_points: null }),
    item('C', { spread_points: '9' }),
  ]
  expect(symbols(sorted(items, { by: 'spread', descending: false }))).toEqual(['C', 'A', 'B'])
  expect(symbols(sorted(items, { by: 'spread', descending: true }))).toEqual(['A', 'C', 'B'])
})

test('equals stay in the order of their symbols', () => {
  const items = [item('B'), item('C'), item('A')]
  expect(symbols(sorted(items, { by: 'bid', descending: true }))).toEqual(['A', 'B', 'C'])
})

test('a column pressed again turns around, another one begins ascending', () => {
  const first = pressed({ by: 'symbol', descending: false }, 'age')
  expect(first).toEqual({ by: 'age', descending: false })
  expect(pressed(first, 'age')).toEqual({ by: 'age', descending: true })
  expect(pressed(pressed(first, 'age'), 'age')).toEqual({ by: 'age', descending: false })
})

test('the filter finds symbols and reasons', () => {
  const items = [item('EURUSD'), item('USDJPY', { tradable: false, reason: 'warming_up' })]
  expect(symbols(matching(items, ' eur '))).toEqual(['EURUSD'])
  expect(symbols(matching(items, 'warming'))).toEqual(['USDJPY'])
  expect(symbols(matching(items, ''))).toEqual(['EURUSD', 'USDJPY'])
})

test('the age of a symbol is that of its youngest quote', () => {
  const quoted = item('EURUSD', { quotes: [quote('one', 900), quote('two', 40, false)] })
  expect(ageMs(quoted)).toBe(40)
  expect(liveLps(quoted)).toBe(1)
  expect(ageMs(item('EURUSD'))).toBeUndefined()
})

test('the ladder adds up each side and measures both against the deeper one', () => {
  const rungs = ladder({
    bids: [level('1.10', '1000000', 'one'), level('1.09', '3000000', 'two')],
    asks: [level('1.11', '2000000', 'two')],
  })
  expect(rungs.map(({ bid, ask }) => [bid?.total.toFixed(), ask?.total.toFixed()])).toEqual([
    ['1000000', '2000000'],
    ['4000000', undefined],
  ])
  expect(rungs.map(({ bid, ask }) => [bid?.share, ask?.share])).toEqual([
    [0.25, 0.5],
    [1, undefined],
  ])
  expect(ladder({ bids: [], asks: [] })).toEqual([])
})

test('a rate is taken over the last seconds, and begins anew when pricing does', () => {
  const rates = new QuoteRates()
  const take = (quotes_received: number, atMs: number) =>
    rates.take([{ code: 'one', quotes_received }], atMs).get('one')
  expect(take(100, 0)).toBeUndefined()
  expect(take(110, 1_000)).toBe(10)
  expect(take(1_010, 10_000)).toBe(100)
  expect(take(5, 11_000)).toBeUndefined()
  expect(take(25, 12_000)).toBe(20)
})

test('sizes and ages are read at a glance', () => {
  expect(['3500000', '12500000', '45000', '900'].map((size) => formatSize(quantity(size)))).toEqual(
    ['3.5m', '12.5m', '45k', '900'],
  )
  expect([0, 940, 12_000, 240_000, 7_200_000].map(formatAge)).toEqual([
    '0.0 s',
    '0.9 s',
    '12 s',
    '4 min',
    '2 h',
  ])
  expect(formatAge(undefined)).toBe('–')
})
