import { expect, test } from 'vitest'
import { NoAnswer, Problem } from '../api/problem'
import { errorInWords, reasonInWords } from './words'

test('a known reject has a sentence of its own', () => {
  const reason = { code: 'insufficient_margin', message: 'requires 7476.00' }
  expect(reasonInWords(reason)).toBe('Not enough free margin for this order.')
})

test('an unknown reject is told in the words of the server', () => {
  expect(reasonInWords({ code: 'news_halt', message: 'halted for news' })).toBe('Halted for news.')
  expect(reasonInWords({ code: 'news_halt' })).toBe('News halt.')
})

test('field errors name their field', () => {
  const errors = [{ field: 'quantity', code: 'step', message: 'must be a multiple of 1000' }]
  const problem = new Problem(422, 'validation', 'invalid', { errors })
  expect(errorInWords(problem)).toBe('Quantity: must be a multiple of 1000.')
})

test('no code and no stack trace ever reaches the screen', () => {
  expect(errorInWords(new NoAnswer('ECONNRESET'))).toContain('cannot be reached')
  expect(errorInWords(new TypeError('x is undefined'))).not.toContain('undefined')
  expect(errorInWords(new Problem(500, 'internal', 'boom'))).not.toContain('boom')
})
