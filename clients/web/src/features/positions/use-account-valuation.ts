import type Big from 'big.js'
import { useMemo } from 'react'
import { big } from '../../api/decimals'
import type { Account, Instrument, Position } from '../../api/model'
import { useAccount } from '../account/active-account'
import { useInstrumentsBySymbol } from '../quotes/instruments'
import { useQuote, useQuotesOf } from '../quotes/use-quote'
import { conversionSymbols, type QuoteLookup } from '../valuation/conversion'
import { total, unrealizedPnl, type Valuation, valueAccount } from '../valuation/valuation'
import { usePositions } from './positions-query'

const NONE: readonly Position[] = []

export interface LiveAccount {
  account: Account
  /** Undefined while a position has no price. */
  value: Valuation | undefined
  positions: readonly Position[]
}

/** The account valued at the prices of this moment. */
export function useAccountValuation(): LiveAccount {
  const account = useAccount()
  const positions = usePositions().data ?? NONE
  const instruments = useInstrumentsBySymbol()
  const symbols = useMemo(
    () => [...new Set(positions.flatMap((each) => symbolsOf(each, instruments, account.currency)))],
    [positions, instruments, account.currency],
  )
  const quotes = useQuotesOf(symbols)
  const parts = positions.map((each) => pnlOf(each, instruments, account.currency, quotes))
  const unrealized = total(parts)
  return { account, positions, value: unrealized && valueAccount(account, unrealized) }
}

/** Live P&L of one position; re-renders with its own prices only. */
export function usePositionPnl(position: Position, instrument: Instrument | undefined) {
  const { currency } = useAccount()
  const quote = useQuote(position.symbol)
  const quoteCurrency = instrument?.quote ?? currency
  const symbols = useMemo(
    () => [position.symbol, ...conversionSymbols(quoteCurrency, currency)],
    [position.symbol, quoteCurrency, currency],
  )
  const quotes = useQuotesOf(symbols)
  return { quote, currency, pnl: unrealizedPnl(position, quoteCurrency, currency, quotes) }
}

/** Until the first price of this page came, the server's own figure stands in. */
function pnlOf(
  position: Position,
  instruments: ReadonlyMap<string, Instrument>,
  currency: string,
  quotes: QuoteLookup,
): Big | undefined {
  const quoteCurrency = instruments.get(position.symbol)?.quote
  const live = quoteCurrency && unrealizedPnl(position, quoteCurrency, currency, quotes)
  if (live) return live
  return position.unrealized_pnl === null ? undefined : big(position.unrealized_pnl)
}

function symbolsOf(
  position: Position,
  instruments: ReadonlyMap<string, Instrument>,
  currency: string,
): string[] {
  const quoteCurrency = instruments.get(position.symbol)?.quote
  return [position.symbol, ...(quoteCurrency ? conversionSymbols(quoteCurrency, currency) : [])]
}
