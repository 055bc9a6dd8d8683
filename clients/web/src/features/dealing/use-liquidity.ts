import { useQuery } from '@tanstack/react-query'
import { useEffect, useMemo, useState } from 'react'
import type { Dealing } from '../../api/dealing'
import { keys } from '../../api/query-keys'
import { QuoteRates } from './quote-rates'

const EVERY_MS = 1_000
/** Two polls missed and what is on screen is called what it is: old. */
const CURRENT_MS = 3_000

/** Read liquidity once a second; a hidden tab reads nothing and reads at once when it is back. */
export function useLiquidity(dealing: Dealing) {
  const rates = useMemo(() => new QuoteRates(), [])
  const query = useQuery({
    queryKey: keys.liquidity,
    queryFn: async () => {
      const { items, lps } = await dealing.liquidity()
      return { items, lps, rates: rates.take(lps, performance.now()) }
    },
    refetchInterval: EVERY_MS,
    refetchOnWindowFocus: 'always',
    structuralSharing: false,
    retry: false,
  })
  const sinceMs = Math.max(0, useNow() - query.dataUpdatedAt)
  return { query, sinceMs, current: query.data !== undefined && sinceMs < CURRENT_MS }
}

function useNow(): number {
  const [now, setNow] = useState(() => Date.now())
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), EVERY_MS)
    return () => clearInterval(timer)
  }, [])
  return now
}
