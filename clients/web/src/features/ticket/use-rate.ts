import type { Instrument } from '../../api/model'
import { useAccount } from '../account/active-account'
import { useQuotesOf } from '../quotes/use-quote'
import { conversionRate, conversionSymbols } from '../valuation/conversion'

/** What one unit of the instrument's currency is worth in the account's; indicative. */
export function useRate({ symbol, quote: quoteCurrency }: Instrument) {
  const { currency } = useAccount()
  const quotes = useQuotesOf([symbol, ...conversionSymbols(quoteCurrency, currency)])
  return { currency, quote: quotes(symbol), rate: conversionRate(quoteCurrency, currency, quotes) }
}
