import { useCallback, useState } from 'react'
import { carryOut, newAttempt, OutcomeUnknown } from '../../api/attempt'
import type { Quantity } from '../../api/decimals'
import type { ClosePosition, Instrument, Order, Position } from '../../api/model'
import { useTrading } from '../../api/trading'
import { usePreferences } from '../../ui/preferences'
import { toast } from '../../ui/toast'
import { errorInWords } from '../../ui/words'
import { useAnnouncer } from '../orders/announcer'
import { useQuotes } from '../quotes/use-quote'
import { priceTerms } from '../ticket/ticket-model'

const UNKNOWN =
  'We could not learn what became of it. Please look at your positions before trying again.'

/** Carry out what makes orders, one at a time, and tell of each; false when it was not done. */
export function useDealing(refused: string) {
  const announcer = useAnnouncer()
  const [busy, setBusy] = useState(false)
  const send = useCallback(
    async (ask: (key: string) => Promise<readonly Order[]>) => {
      setBusy(true)
      try {
        const orders = await carryOut(newAttempt(), ask)
        for (const order of orders) announcer.order(order)
        return true
      } catch (error) {
        const unknown = error instanceof OutcomeUnknown
        toast('refused', refused, unknown ? UNKNOWN : errorInWords(error))
        return false
      } finally {
        setBusy(false)
      }
    },
    [announcer, refused],
  )
  return { send, busy }
}

/** Close a position, wholly or in part, at the price on screen and with the ticket's terms. */
export function useClose(position: Position, instrument: Instrument | undefined) {
  const trading = useTrading()
  const quotes = useQuotes()
  const { send, busy } = useDealing('Not closed')
  const close = useCallback(
    (quantity?: Quantity) => {
      const { execution, deviationPoints } = usePreferences.getState()
      const side = position.side === 'buy' ? 'sell' : 'buy'
      const quote = quotes.latest(position.symbol)
      const terms: Omit<ClosePosition, 'client_order_id'> = {
        ...(quantity && { quantity }),
        ...(quote &&
          instrument &&
          execution === 'instant' &&
          priceTerms(side, quote, deviationPoints, instrument.price_precision)),
      }
      return send(async (key) => [
        await trading.closePosition(position, key, { client_order_id: key, ...terms }),
      ])
    },
    [position, instrument, trading, quotes, send],
  )
  return { close, busy }
}
