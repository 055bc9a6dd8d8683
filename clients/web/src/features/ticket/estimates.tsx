import Big from 'big.js'
import { big, type Quantity } from '../../api/decimals'
import type { Instrument } from '../../api/model'
import { formatMoney } from '../../ui/format'
import { useAccount } from '../account/active-account'
import { useQuotesOf } from '../quotes/use-quote'
import { conversionRate, conversionSymbols } from '../valuation/conversion'
import { marginOf } from '../valuation/valuation'
import classes from './ticket.module.css'

export interface EstimatesProps {
  instrument: Instrument
  units: Quantity | undefined
}

/** What the order would be worth, tie up and move by; indicative, the server decides. */
export function Estimates({ instrument, units }: EstimatesProps) {
  const { currency, leverage } = useAccount()
  const { symbol, quote: quoteCurrency } = instrument
  const quotes = useQuotesOf([symbol, ...conversionSymbols(quoteCurrency, currency)])
  const quote = quotes(symbol)
  const rate = conversionRate(quoteCurrency, currency, quotes)
  const known = quote && rate && units ? { quote, rate, units } : undefined
  const inAccount = (amount: Big) => formatMoney(known && amount.times(known.rate), currency)
  const size = new Big(known?.units ?? 0)
  const spread = known ? big(known.quote.ask).minus(big(known.quote.bid)) : new Big(0)
  const margin =
    known && marginOf(known.units, known.quote.ask, String(leverage), instrument, known.rate)
  const rows: [string, string][] = [
    ['Value', inAccount(size.times(known ? big(known.quote.ask) : 0))],
    ['Margin', formatMoney(margin, currency)],
    ['Pip value', inAccount(size.times(big(instrument.pip)))],
    ['Spread cost', inAccount(size.times(spread))],
  ]
  return (
    <dl className={classes.estimates} aria-label={`Estimates in ${currency}`}>
      {rows.map(([term, value]) => (
        <div key={term}>
          <dt>{term}</dt>
          <dd>
            {value}
            <span className={classes.currency}>{currency}</span>
          </dd>
        </div>
      ))}
    </dl>
  )
}
