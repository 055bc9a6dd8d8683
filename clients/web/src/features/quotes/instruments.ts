import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import type { Instrument } from '../../api/model'
import { keys } from '../../api/query-keys'
import { useTrading } from '../../api/trading'
import { inMarketOrder } from './market-order'

/** Specifications change rarely; they are read again when the page comes back after a while. */
const FRESH_MS = 5 * 60_000

export function useInstruments() {
  const trading = useTrading()
  return useQuery({
    queryKey: keys.instruments,
    queryFn: async () => inMarketOrder(await trading.instruments()),
    staleTime: FRESH_MS,
  })
}

export function useInstrumentsBySymbol(): ReadonlyMap<string, Instrument> {
  const { data } = useInstruments()
  return useMemo(() => new Map(data?.map((item) => [item.symbol, item])), [data])
}
