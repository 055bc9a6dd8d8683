import { type MouseEvent, type ReactNode, useCallback } from 'react'
import type { Instrument, Side } from '../../api/model'
import { useTrading } from '../../api/trading'
import { formatQuantity } from '../../ui/format'
import { usePreferences } from '../../ui/preferences'
import { sideWord } from '../../ui/words'
import { useActiveAccount } from '../account/active-account'
import { parseQuantity, usualQuantity } from '../orders/quantity'
import { useDealing } from '../positions/use-close'
import { useQuotes } from '../quotes/use-quote'
import { EMPTY, termsOf } from './draft'
import classes from './one-click.module.css'
import { orderOf } from './ticket-model'

export interface QuickDealProps {
  instrument: Instrument
  side: Side
  children: ReactNode
}

/** A price that deals when it is pressed: this price, the symbol's own quantity, and no question. */
export function QuickDeal({ instrument, side, children }: QuickDealProps) {
  const { symbol } = instrument
  const kept = usePreferences((state) => state.quantities[symbol])
  const units = kept === undefined ? usualQuantity(instrument) : parseQuantity(kept)
  const { deal, busy } = useQuickDeal(instrument)
  const press = (event: MouseEvent) => {
    // The row under it would choose the symbol, which nobody asked for.
    event.stopPropagation()
    void deal(side)
  }
  const what = `${sideWord(side)} ${units ? formatQuantity(units) : ''} ${symbol}`
  return (
    <button
      type="button"
      className={`${classes.quick} ${classes[side]}`}
      disabled={busy || units === undefined}
      title={`${what} at once`}
      onClick={press}
    >
      <span className="visually-hidden">{what} at </span>
      {children}
    </button>
  )
}

/** An instant order of one symbol with its own quantity, and nothing else to it. */
function useQuickDeal(instrument: Instrument) {
  const trading = useTrading()
  const quotes = useQuotes()
  const { id } = useActiveAccount()
  const { send, busy } = useDealing('Order not placed')
  const deal = useCallback(
    async (side: Side) => {
      const { deviationPoints, quantities } = usePreferences.getState()
      const kept = quantities[instrument.symbol]
      const units = kept === undefined ? usualQuantity(instrument) : parseQuantity(kept)
      const quote = quotes.latest(instrument.symbol)
      if (units === undefined || quote === undefined) return
      const terms = termsOf(EMPTY, 'pips', instrument)
      const execution = 'instant' as const
      const ticket = { instrument, side, units, terms, execution, quote, deviationPoints }
      // One body for one key, however often it has to be sent.
      await send(async (key) => [await trading.placeOrder(id, key, orderOf(ticket, key))])
    },
    [instrument, trading, quotes, id, send],
  )
  return { deal, busy }
}
