import { useEffect } from 'react'
import type { Instrument } from '../api/model'
import { useQuotes } from '../features/quotes/use-quote'

const EVERY_MS = 1000

/** The price in the tab's title: a trader has more than one tab. */
export function useTitle(instrument: Instrument | undefined): void {
  const quotes = useQuotes()
  const symbol = instrument?.symbol
  useEffect(() => {
    if (symbol === undefined) return
    const write = () => {
      const quote = quotes.latest(symbol)
      document.title = quote ? `${quote.bid} ${symbol} · Tradewind` : 'Tradewind'
    }
    write()
    const timer = setInterval(write, EVERY_MS)
    return () => {
      clearInterval(timer)
      document.title = 'Tradewind'
    }
  }, [quotes, symbol])
}
