import type { Instrument, Order } from '../../api/model'
import { formatQuantity } from '../../ui/format'
import { orderNews } from '../orders/order-news'
import classes from './ticket.module.css'
import type { Unresolved } from './use-submit'

export interface LastOutcomeProps {
  instrument: Instrument
  last: Order | undefined
  unresolved: Unresolved | undefined
  onAsk: () => void
}

/** What became of the last order of this ticket, in the server's words. */
export function LastOutcome({ instrument, last, unresolved, onAsk }: LastOutcomeProps) {
  if (unresolved) {
    const { side, quantity, symbol } = unresolved.order
    return (
      <div className={classes.outcome} data-tone="warning" role="alert">
        <strong>Outcome unknown</strong>
        <span>
          The server did not answer whether {side} {formatQuantity(quantity)} {symbol} was executed.
          Asking again never executes it twice.
        </span>
        <button type="button" onClick={onAsk}>
          Ask again
        </button>
      </div>
    )
  }
  const news = last?.symbol === instrument.symbol ? orderNews(last, instrument) : undefined
  if (news === undefined) return null
  return (
    <div className={classes.outcome} data-tone={news.tone} data-testid="last-outcome">
      <strong>{news.title}</strong>
      <span>{news.message}</span>
    </div>
  )
}
