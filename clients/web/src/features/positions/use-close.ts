import { useCallback, useState } from 'react'
import { carryOut, newAttempt, OutcomeUnknown } from '../../api/attempt'
import type { Quantity } from '../../api/decimals'
import type { ClosePosition, Instrument, Position } from '../../api/model'
import { useTrading } from '../../api/trading'
import { usePreferences } from '../../ui/preferences'
import { toast } from '../../ui/toast'
import { errorInWords } from '../../ui/words'
import { useAnnouncer } from '../orders/announcer'
import { useQuotes } from '../quotes/use-quote'
import { priceTerms } from '../ticket/ticket-model'

const UNKNOWN =
  'We could not learn whether the position was closed. Please look at your positions before trying again.'

/** Close a position, wholly or in part, at the price on screen and with the ticket's terms. */
export function useClose(position: Position, instrument: Instrument | undefined) {
  const trading = useTrading()
  const announcer = useAnnouncer()
  const quotes = useQuotes()
  const [busy, setBusy] = useState(false)
  const close = useCallback(
    async (quantity?: Quantity) => {
      const { execution, deviationPoints } = usePreferences.getState()
      const side = position.side === 'buy' ? 'sell' : 'buy'
      const quote = quotes.latest(position.symbol)
      const attempt = newAttempt()
      const body: ClosePosition = { client_order_id: attempt.key }
      if (quantity) body.quantity = quantity
      if (quote && instrument && execution === 'instant') {
        Object.assign(body, priceTerms(side, quote, deviationPoints, instrument.price_precision))
      }
      setBusy(true)
      try {
        announcer.order(
          await carryOut(attempt, (key) => trading.closePosition(position, key, body)),
        )
        return true
      } catch (error) {
        const unknown = error instanceof OutcomeUnknown
        toast('refused', 'Not closed', unknown ? UNKNOWN : errorInWords(error))
        return false
      } finally {
        setBusy(false)
      }
    },
    [position, instrument, trading, announcer, quotes],
  )
  return { close, busy }
}
