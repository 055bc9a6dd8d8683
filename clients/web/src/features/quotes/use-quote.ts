import { createContext, useCallback, useContext, useSyncExternalStore } from 'react'
import type { Quote, QuoteStore } from './quote-store'

export const QuotesContext = createContext<QuoteStore | undefined>(undefined)

export function useQuotes(): QuoteStore {
  const quotes = useContext(QuotesContext)
  if (quotes === undefined) throw new Error('no quotes are provided')
  return quotes
}

/** Latest quote of one symbol; re-renders on that symbol only. */
export function useQuote(symbol: string): Quote | undefined {
  const quotes = useQuotes()
  const subscribe = useCallback((f: () => void) => quotes.subscribe(symbol, f), [quotes, symbol])
  return useSyncExternalStore(subscribe, () => quotes.latest(symbol))
}

/** Re-render when any of these symbols moved; returns a look-up of their latest quotes. */
export function useQuotesOf(symbols: readonly string[]): (symbol: string) => Quote | undefined {
  const quotes = useQuotes()
  const key = symbols.join(',')
  const subscribe = useCallback(
    (f: () => void) => {
      const leave = key.split(',').map((symbol) => quotes.subscribe(symbol, f))
      return () => {
        for (const end of leave) end()
      }
    },
    [quotes, key],
  )
  useSyncExternalStore(subscribe, quotes.version)
  return useCallback((symbol: string) => quotes.latest(symbol), [quotes])
}
