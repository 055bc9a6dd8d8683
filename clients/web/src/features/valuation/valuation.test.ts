import Big from 'big.js'
import { expect, test } from 'vitest'
import { money, price, quantity, rate } from '../../api/decimals'
import { conversionRate, conversionSymbols, type QuoteLookup } from './conversion'
import { marginOf, pipsWon, quotePnl, total, unrealizedPnl, valueAccount } from './valuation'

const BOOK: Record<string, [string, string]> = {
  EURUSD: ['1.12120', '1.12140'],
  USDJPY: ['150.000', '150.020'],
  GBPUSD: ['1.25000', '1.25020'],
  EURGBP: ['0.89600', '0.89620'],
}
const quotes: QuoteLookup = (symbol) => {
  const found = BOOK[symbol]
  return found && { bid: price(found[0]), ask: price(found[1]) }
}
const long = {
  symbol: 'EURUSD',
  side: 'buy',
  quantity: quantity('100000'),
  open_price: price('1.12140'),
} as const
const USD = { quote: 'USD', margin_rate: rate('0.02') }

// The worked example of the domain: USD 10,000, leverage 1:30, long 100,000 EURUSD at 1.12140.
test('a long of 100,000 EURUSD from 1.12140 loses 20.00 at a bid of 1.12120', () => {
  expect(unrealizedPnl(long, 'USD', 'USD', quotes)?.toFixed(2)).toBe('-20.00')
})

test('in pips the same long is 2.0 down, whatever its quantity', () => {
  const quote = { bid: price('1.12120'), ask: price('1.12140') }
  expect(pipsWon(long, quote, price('0.0001')).toFixed(1)).toBe('-2.0')
  const short = {
    ...long,
    side: 'sell' as const,
    quantity: quantity('1'),
    open_price: price('1.12240'),
  }
  expect(pipsWon(short, quote, price('0.0001')).toFixed(1)).toBe('10.0')
})

test('it uses 3,738.00 of margin at 1:30', () => {
  const used = marginOf(long.quantity, long.open_price, '30', USD, new Big(1))
  expect(used.toFixed(2)).toBe('3738.00')
})

test('equity is 9,980.00, free margin 6,242.00 and the level 266.99 %', () => {
  const funds = {
    balance: money('10000.00'),
    credit: money('0.00'),
    used_margin: money('3738.00'),
    reserved_margin: money('0.00'),
  }
  const value = valueAccount(funds, new Big('-20'))
  expect(value.equity.toFixed(2)).toBe('9980.00')
  expect(value.free?.toFixed(2)).toBe('6242.00')
  expect(value.level?.toFixed(2)).toBe('266.99')
})

test('a second buy of 200,000 needs 7,476.00, more than is free', () => {
  const needed = marginOf(quantity('200000'), price('1.12140'), '30', USD, new Big(1))
  expect(needed.toFixed(2)).toBe('7476.00')
  expect(needed.gt('6242.00')).toBe(true)
})

test('a short closes at the ask', () => {
  const short = { ...long, side: 'sell' as const, open_price: price('1.12120') }
  expect(unrealizedPnl(short, 'USD', 'USD', quotes)?.toFixed(2)).toBe('-20.00')
})

test('a loss in yen is converted at the inverse of the mid', () => {
  const position = { ...long, symbol: 'USDJPY', open_price: price('150.100') }
  expect(unrealizedPnl(position, 'JPY', 'USD', quotes)?.toFixed(2)).toBe('-66.66')
})

test('a pair that is not listed converts through USD', () => {
  const yenPerPound = conversionRate('GBP', 'JPY', quotes)
  expect(yenPerPound?.eq(new Big('1.25010').times('150.010'))).toBe(true)
})

test('a listed pair is preferred to the way through USD', () => {
  expect(conversionRate('EUR', 'GBP', quotes)?.toString()).toBe('0.8961')
})

test('every symbol a conversion reads is in its list', () => {
  const asked: string[] = []
  conversionRate('NOK', 'SEK', (symbol) => void asked.push(symbol))
  conversionRate('NOK', 'USD', (symbol) => void asked.push(symbol))
  expect(new Set(conversionSymbols('NOK', 'SEK'))).toEqual(new Set([...asked, 'USDSEK', 'SEKUSD']))
})

test('without a price or a rate there is no figure rather than a wrong one', () => {
  expect(unrealizedPnl({ ...long, symbol: 'XAUUSD' }, 'USD', 'USD', quotes)).toBeUndefined()
  expect(unrealizedPnl(long, 'USD', 'PLN', quotes)).toBeUndefined()
  expect(total([new Big(1), undefined])).toBeUndefined()
  expect(total([new Big(1), new Big(2)])?.toString()).toBe('3')
})

test('the level is nothing while no margin is used, and the margin rate binds when larger', () => {
  const none = money('0')
  const funds = { balance: none, credit: none, used_margin: none, reserved_margin: none }
  expect(valueAccount(funds, new Big(0)).level).toBeNull()
  const used = marginOf(
    quantity('1'),
    price('60000.00'),
    '30',
    { ...USD, margin_rate: rate('0.5') },
    new Big(1),
  )
  expect(used.toFixed(2)).toBe('30000.00')
})

test('P&L is exact where floating point is not', () => {
  const position = { ...long, quantity: quantity('3'), open_price: price('0.1') }
  const pnl = quotePnl(position, { bid: price('0.3'), ask: price('0.4') })
  expect(pnl.toString()).toBe('0.6')
})
