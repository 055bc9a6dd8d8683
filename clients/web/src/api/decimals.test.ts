import { expect, test } from 'vitest'
import { compare, isDecimal, money, price } from './decimals'

test('a price cannot be multiplied as if it were a number', () => {
  const p = price('1.12140')
  // @ts-expect-error branded strings have no arithmetic
  expect(Number.isFinite(p * 2)).toBe(true)
})

test('a money is not a price', () => {
  // @ts-expect-error units differ
  const p: ReturnType<typeof price> = money('10.00')
  expect(p).toBe('10.00')
})

test.each(['1', '-1.5', '0.00001'])('%s is a decimal', (text) => {
  expect(isDecimal(text)).toBe(true)
})

test.each(['', 'NaN', '1e5', '.5', '1.', '--1', '1,000', 'Infinity'])('%s is refused', (text) => {
  expect(isDecimal(text)).toBe(false)
  expect(() => price(text)).toThrow(RangeError)
})

test('prices compare by value, not by spelling', () => {
  expect(compare(price('9.9'), price('10.1'))).toBe(-1)
  expect(compare(price('1.10'), price('1.1'))).toBe(0)
  expect(compare(price('1.2'), price('1.1'))).toBe(1)
})
