import { useCallback } from 'react'
import type { Quantity } from '../../api/decimals'
import type { Instrument, Side } from '../../api/model'
import type { NewOrder } from '../../api/orders'
import { useStreamStatus } from '../../stream/stream-context'
import { useCommand } from '../../ui/commands'
import { confirm } from '../../ui/confirm'
import { formatPrice } from '../../ui/format'
import { usePreferences } from '../../ui/preferences'
import { sideWord } from '../../ui/words'
import { useAccount } from '../account/active-account'
import { orderInWords, pricesInWords } from '../orders/order-words'
import { quantityProblem } from '../orders/quantity'
import type { Quote } from '../quotes/quote-store'
import { useQuote, useQuotes } from '../quotes/use-quote'
import { type Draft, type Field, hasLimit, hasTrigger, sideProblem, type Terms } from './draft'
import { orderOf } from './ticket-model'
import { useSubmit } from './use-submit'

export interface Deal {
  instrument: Instrument
  units: Quantity | undefined
  draft: Draft
  terms: Terms
  problems: Partial<Record<Field, string>>
}

/** Send what the ticket asks for; asked again first unless one click deals. */
export function useDeal(asked: Deal) {
  const { instrument, units, terms } = asked
  const quotes = useQuotes()
  const { submit, ...sent } = useSubmit()
  const blocked = useBlocked(asked, sent.sending)
  const deal = useCallback(
    async (side: Side) => {
      const quote = quotes.latest(instrument.symbol)
      if (blocked || !units || (quote && sideProblem(terms, side, quote))) return
      const { execution, deviationPoints, oneClick } = usePreferences.getState()
      // The price that is asked for is the one that was on the button when it was pressed.
      const ticket = { instrument, side, units, terms, execution, quote, deviationPoints }
      if (!oneClick && !(await confirm(question(orderOf(ticket, ''), instrument, quote)))) return
      submit((key) => orderOf(ticket, key))
    },
    [blocked, units, terms, instrument, quotes, submit],
  )
  useCommand(
    'buy',
    useCallback(() => void deal('buy'), [deal]),
  )
  useCommand(
    'sell',
    useCallback(() => void deal('sell'), [deal]),
  )
  return { ...sent, deal, blocked }
}

/** What is about to be sent, in words. */
function question(order: NewOrder, instrument: Instrument, quote: Quote | undefined) {
  const { price_precision: precision } = instrument
  const at = (price: NewOrder['stop_loss']) => formatPrice(price, precision)
  const { limit_price = null, stop_price = null, requested_price } = order
  const market = quote && at(order.side === 'buy' ? quote.ask : quote.bid)
  const terms: [string, string | null | undefined][] = [
    ['Price', pricesInWords({ limit_price, stop_price }, precision) || market],
    ['Deviation', requested_price && `at most ${at(order.max_deviation)}`],
    ['Time in force', order.time_in_force?.toUpperCase()],
    ['Stop loss', order.stop_loss && at(order.stop_loss)],
    ['Stop loss, distance', order.stop_loss_distance && at(order.stop_loss_distance)],
    ['Take profit', order.take_profit && at(order.take_profit)],
    ['Take profit, distance', order.take_profit_distance && at(order.take_profit_distance)],
    ['Trailing stop, distance', order.trailing_stop && at(order.trailing_stop)],
    ['Worst price', order.worst_price && at(order.worst_price)],
  ]
  const lines = terms.filter(([, value]) => value).map(([term, value]) => `${term}: ${value}`)
  const what = orderInWords(order)
  return { title: what, message: lines.join('\n'), action: sideWord(order.side), side: order.side }
}

/** The first reason why nothing can be sent right now. */
function useBlocked(asked: Deal, sending: boolean): string | undefined {
  const { status } = useAccount()
  const stream = useStreamStatus()
  const tradable = useQuote(asked.instrument.symbol)?.tradable
  if (sending) return 'Sending…'
  if (stream.kind !== 'live') return 'Waiting for live prices'
  if (status !== 'active') return `The account is ${status.replace('_', ' ')}`
  // What rests is taken while the market is closed, too.
  if (asked.draft.type === 'market' && tradable === undefined) return 'No price yet'
  if (asked.draft.type === 'market' && !tradable) return 'Not tradable right now'
  return incomplete(asked)
}

const NAMES: Readonly<Record<Field, string>> = {
  limit: 'Limit price',
  stop: 'Trigger price',
  until: 'Ends',
  stopLoss: 'Stop loss',
  takeProfit: 'Take profit',
  trailing: 'Trailing stop',
  worst: 'Worst price',
}

function incomplete({ instrument, units, draft, problems }: Deal): string | undefined {
  if (units === undefined) return 'Enter a quantity'
  const quantity = quantityProblem(units, instrument)
  if (quantity) return quantity
  if (hasTrigger(draft.type) && !draft.stop) return 'Enter the trigger price'
  if (hasLimit(draft.type) && !draft.limit) return 'Enter the limit price'
  const wrong = (Object.keys(NAMES) as Field[]).find((field) => problems[field])
  return wrong && `${NAMES[wrong]}: ${problems[wrong]}`
}
