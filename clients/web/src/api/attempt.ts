import { uuid } from './identifier'
import { NoAnswer, Problem } from './problem'

/** One intention of the user. Its key stays the same however often it has to be sent. */
export interface Attempt {
  readonly key: string
}

export function newAttempt(): Attempt {
  return { key: uuid() }
}

/** The server never told us what became of the attempt; it may be carried out again, same key. */
export class OutcomeUnknown extends Error {
  override readonly name = 'OutcomeUnknown'
  readonly attempt: Attempt

  constructor(attempt: Attempt, cause: unknown) {
    super('the outcome is not known', { cause })
    this.attempt = attempt
  }
}

const PAUSES_MS = [300, 700, 1500, 3000] as const
const PAUSE_MAX_MS = 5000

/**
 * Send until the outcome is known or patience ends.
 *
 * Only an unknown outcome is sent again, always with the attempt's own key, so the server answers
 * what happened the first time. Every other problem is final and thrown as it is.
 */
export async function carryOut<T>(
  attempt: Attempt,
  send: (key: string) => Promise<T>,
  pause: (ms: number) => Promise<void> = sleep,
): Promise<T> {
  for (let round = 0; ; round += 1) {
    try {
      return await send(attempt.key)
    } catch (error) {
      if (!isUnknown(error)) throw error
      const wait = PAUSES_MS[round]
      if (wait === undefined) throw new OutcomeUnknown(attempt, error)
      await pause(Math.min(retryAfterOf(error) ?? wait, PAUSE_MAX_MS))
    }
  }
}

function isUnknown(error: unknown): boolean {
  if (error instanceof NoAnswer) return true
  if (!(error instanceof Problem)) return false
  // A gateway's 502 or 504 says nothing about what the server behind it did.
  return error.code === 'outcome_unknown' || error.status === 502 || error.status === 504
}

function retryAfterOf(error: unknown): number | undefined {
  return error instanceof Problem ? error.retryAfterMs : undefined
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
