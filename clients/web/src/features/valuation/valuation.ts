import Big from 'big.js'
import { big, type Money, type Price, type Quantity, type Rate } from '../../api/decimals'
import type { Side } from '../../api/model'
import { conversionRate, type QuoteLookup, type TwoSided } from './conversion'

/**
 * Indicative P&L, equity and margin, the one place of the client that computes them.
 *
 * What is submitted, confirmed or booked comes from the server. Source: docs/domain/margin.md
 */
export interface Holding {
  symbol: string
  side: Side
  quantity: Quantity
  open_price: Price
}

export interface Terms {
  quote: string
  margin_rate: Rate
}

/** The price a position would close at: bid for long, ask for short. */
export function closePrice(side: Side, quote: TwoSided): Price {
  return side === 'buy' ? quote.bid : quote.ask
}

/** How far the price has come in the position's favour, in price units. */
function favour(holding: Holding, quote: TwoSided): Big {
  const move = big(closePrice(holding.side, quote)).minus(big(holding.open_price))
  return holding.side === 'buy' ? move : move.times(-1)
}

/** Unrealised P&L in the instrument's quote currency, exact. */
export function quotePnl(holding: Holding, quote: TwoSided): Big {
  return favour(holding, quote).times(big(holding.quantity))
}

/** The same in pips: whatever the quantity, negative against the position. */
export function pipsWon(holding: Holding, quote: TwoSided, pip: Price): Big {
  return favour(holding, quote).div(big(pip))
}

/** Unrealised P&L in the account's currency; undefined while a price or a rate is missing. */
export function unrealizedPnl(
  holding: Holding,
  quoteCurrency: string,
  accountCurrency: string,
  quotes: QuoteLookup,
): Big | undefined {
  const quote = quotes(holding.symbol)
  const rate = conversionRate(quoteCurrency, accountCurrency, quotes)
  return quote && rate && quotePnl(holding, quote).times(rate)
}

/**
 * Margin that `quantity` at `price` would use, in account currency.
 *
 * Leverage is applied by division (1:30 is not 3.33 %); the instrument's rate binds when larger.
 */
export function marginOf(
  quantity: Quantity,
  price: Price,
  leverage: string,
  terms: Terms,
  conversion: Big,
): Big {
  const notional = big(quantity).times(big(price)).times(conversion)
  const byLeverage = notional.div(leverage)
  const byInstrument = notional.times(big(terms.margin_rate))
  return byLeverage.gt(byInstrument) ? byLeverage : byInstrument
}

export interface Funds {
  balance: Money
  credit: Money
  /** Null while the server misses a price or a rate. */
  used_margin: Money | null
  reserved_margin: Money
}

export interface Valuation {
  unrealized: Big
  equity: Big
  free: Big | null
  /** Equity as percent of used margin; null while no margin is used. */
  level: Big | null
}

/** Equity, free margin and level from the server's booked figures and a P&L of this moment. */
export function valueAccount(funds: Funds, unrealized: Big): Valuation {
  const equity = big(funds.balance).plus(big(funds.credit)).plus(unrealized)
  if (funds.used_margin === null) return { unrealized, equity, free: null, level: null }
  const used = big(funds.used_margin)
  return {
    unrealized,
    equity,
    free: equity.minus(used).minus(big(funds.reserved_margin)),
    level: used.eq(0) ? null : equity.div(used).times(100),
  }
}

/** Sum of what is known; undefined as soon as one part is not. */
export function total(parts: readonly (Big | undefined)[]): Big | undefined {
  return parts.reduce<Big | undefined>((sum, part) => sum && part && sum.plus(part), new Big(0))
}
