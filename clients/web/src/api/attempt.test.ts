import { expect, test } from 'vitest'
import { carryOut, newAttempt, OutcomeUnknown } from './attempt'
import { NoAnswer, Problem } from './problem'

const atOnce = async () => undefined

function failing(times: number, error: Error) {
  const keys: string[] = []
  return {
    keys,
    send: async (key: string) => {
      keys.push(key)
      if (keys.length <= times) throw error
      return 'filled'
    },
  }
}

test('a lost answer is asked for again with the same key', async () => {
  const attempt = newAttempt()
  const server = failing(2, new NoAnswer('connection reset'))
  expect(await carryOut(attempt, server.send, atOnce)).toBe('filled')
  expect(server.keys).toEqual([attempt.key, attempt.key, attempt.key])
})

test('503 outcome_unknown waits as long as the server asks', async () => {
  const pauses: number[] = []
  const unknown = new Problem(503, 'outcome_unknown', '', { retryAfterMs: 2000 })
  const server = failing(1, unknown)
  await carryOut(newAttempt(), server.send, async (ms) => void pauses.push(ms))
  expect(pauses).toEqual([2000])
})

test('any other problem is final at once', async () => {
  const server = failing(9, new Problem(422, 'invalid_quantity', 'not a multiple of the step'))
  await expect(carryOut(newAttempt(), server.send, atOnce)).rejects.toThrow('multiple')
  expect(server.keys).toHaveLength(1)
})

test('when patience ends the attempt is handed back, to be carried out again', async () => {
  const attempt = newAttempt()
  const server = failing(99, new NoAnswer('offline'))
  const outcome = await carryOut(attempt, server.send, atOnce).catch((error: unknown) => error)
  expect(outcome).toBeInstanceOf(OutcomeUnknown)
  expect((outcome as OutcomeUnknown).attempt).toBe(attempt)
  expect(server.keys).toHaveLength(5)
})

test('two intentions never share a key', () => {
  expect(newAttempt().key).not.toBe(newAttempt().key)
})
