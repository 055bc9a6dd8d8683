import type { Instrument, Side } from '../../api/model'
import { BigPrice } from '../../ui/price'
import { sideWord } from '../../ui/words'
import { spreadInPips } from '../quotes/quote-row'
import type { Quote } from '../quotes/quote-store'
import classes from './deal-buttons.module.css'
import { dealingPrice } from './ticket-model'

export interface DealButtonsProps {
  instrument: Instrument
  quote: Quote | undefined
  /** Why dealing is not possible now; the buttons are off while there is a reason. */
  blocked: string | undefined
  onDeal: (side: Side) => void
}

/** Sell at the bid, buy at the ask: the price on the button is the price that is asked for. */
export function DealButtons({ instrument, quote, blocked, onDeal }: DealButtonsProps) {
  const side = (side: Side) => (
    <DealButton
      side={side}
      instrument={instrument}
      quote={quote}
      disabled={blocked !== undefined}
      onDeal={onDeal}
    />
  )
  return (
    <div className={classes.pair}>
      {side('sell')}
      {side('buy')}
      {quote && (
        <span className={classes.spread}>
          <span className="visually-hidden">Spread in pips </span>
          {spreadInPips(quote, instrument)}
        </span>
      )}
    </div>
  )
}

interface DealButtonProps extends Omit<DealButtonsProps, 'blocked'> {
  side: Side
  disabled: boolean
}

const KEYS: Readonly<Record<Side, string>> = { buy: 'Shift+B', sell: 'Shift+S' }

function DealButton({ side, instrument, quote, disabled, onDeal }: DealButtonProps) {
  const word = sideWord(side)
  const price = quote && dealingPrice(side, quote)
  const move = (side === 'buy' ? quote?.askMove : quote?.bidMove) ?? 'none'
  return (
    <button
      type="button"
      className={`${classes.deal} ${classes[side]}`}
      disabled={disabled}
      aria-keyshortcuts={KEYS[side]}
      title={`${word} (${KEYS[side]})`}
      onClick={() => onDeal(side)}
    >
      <span className={classes.word}>
        {word} <span className="visually-hidden">{instrument.symbol} at </span>
        <span className={classes.move} aria-hidden="true">
          {move === 'up' ? '▲' : move === 'down' ? '▼' : ''}
        </span>
      </span>
      {price ? <BigPrice price={price} pip={instrument.pip} size="button" /> : <span>–</span>}
    </button>
  )
}
