import type { LpLiquidity } from '../../api/model'

type Counter = Pick<LpLiquidity, 'code' | 'quotes_received'>

interface Sample {
  atMs: number
  received: number
}

/** Over how long a rate is taken: long enough to stand still, short enough to see a flood begin. */
const WINDOW_MS = 5_000

/** Quotes a second of each LP, out of counters that only grow until pricing starts anew. */
export class QuoteRates {
  private readonly samples = new Map<string, Sample[]>()

  take(lps: readonly Counter[], atMs: number): ReadonlyMap<string, number> {
    const rates = new Map<string, number>()
    for (const { code, quotes_received: received } of lps) {
      const kept = this.samples.get(code) ?? []
      const last = kept.at(-1)
      if (last && received < last.received) kept.length = 0
      // The one before the window stays: it is where the window begins.
      while ((kept[1]?.atMs ?? atMs) < atMs - WINDOW_MS) kept.shift()
      const first = kept[0]
      kept.push({ atMs, received })
      this.samples.set(code, kept)
      if (first && first.atMs < atMs) {
        rates.set(code, ((received - first.received) * 1000) / (atMs - first.atMs))
      }
    }
    return rates
  }
}
