import Big from 'big.js'
import { expect, test } from 'vitest'
import { money, price, quantity } from '../api/decimals'
import { formatLots, formatMoney, formatPips, formatSigned, humanise, pipParts } from './format'

test('money is grouped, half-even, with a real minus', () => {
  expect(formatMoney(money('1234567.885'))).toBe('1,234,567.88')
  expect(formatMoney(new Big('-20'))).toBe('−20.00')
  expect(formatMoney(money('150000.4'), 'JPY')).toBe('150,000')
})

test('nothing shows as nothing and a tiny loss never as minus zero', () => {
  expect(formatMoney(null)).toBe('–')
  expect(formatSigned(new Big('-0.001'))).toBe('0.00')
  expect(formatSigned(new Big('0.5'))).toBe('+0.50')
})

test('lots keep the digits they have', () => {
  expect(formatLots(quantity('100000'), quantity('100000'))).toBe('1.00')
  expect(formatLots(quantity('1500'), quantity('100000'))).toBe('0.015')
  expect(formatLots(quantity('12000000'), quantity('100000'))).toBe('120.00')
})

test.each([
  ['1.12140', '0.0001', '1.12|14|0'],
  ['150.123', '0.01', '150.|12|3'],
  ['2345.67', '0.01', '2345.|67|'],
  ['5421.50', '1', '54|21|.50'],
  ['2345.67', '0.1', '234|5.6|7'],
])('%s with a pip of %s stresses %s', (text, pip, expected) => {
  const { lead, pips, tail } = pipParts(text, price(pip))
  expect(`${lead}|${pips}|${tail}`).toBe(expected)
})

test('codes read as words', () => {
  expect(humanise('partially_filled')).toBe('Partially filled')
  expect(humanise('order.filled')).toBe('Order filled')
})

test('pips show their sign, and none when they are none', () => {
  const shown = ['12.34', '-0.96', '0.04', '-0.04', '1250'].map((pips) => formatPips(new Big(pips)))
  expect(shown).toEqual(['+12.3', '−1.0', '0.0', '0.0', '+1,250.0'])
})
