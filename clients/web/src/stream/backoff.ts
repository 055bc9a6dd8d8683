const FIRST_MS = 400
const MAX_MS = 15_000

/**
 * How long to wait before connection attempt number `attempt` (0 is the first retry).
 *
 * Doubling, capped, and spread over the upper half, so that ten thousand terminals that lost the
 * same server do not come back in the same moment.
 */
export function backoffMs(attempt: number, random: () => number = Math.random): number {
  const ceiling = Math.min(MAX_MS, FIRST_MS * 2 ** Math.min(attempt, 16))
  return Math.round(ceiling * (0.5 + 0.5 * random()))
}
