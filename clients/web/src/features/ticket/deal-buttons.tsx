import type { Price } from '../../api/decimals'
import type { Instrument, Side } from '../../api/model'
import { BigPrice } from '../../ui/price'
import { sideWord, typeWithin } from '../../ui/words'
import { dealingPrice } from '../orders/levels'
import { spreadInPips } from '../quotes/quote-row'
import type { Quote } from '../quotes/quote-store'
import classes from './deal-buttons.module.css'
import { fillsAtOnce, sideProblem, type Terms } from './draft'

export interface DealButtonsProps {
  instrument: Instrument
  quote: Quote | undefined
  terms: Terms
  /** Why dealing is not possible now; the buttons are off while there is a reason. */
  blocked: string | undefined
  onDeal: (side: Side) => void
  /** A side is pointed at, but not pressed yet. */
  onLook: (side: Side) => void
}

/** Sell at the bid, buy at the ask, or at the price of an order that waits for it. */
export function DealButtons(props: DealButtonsProps) {
  const { instrument, quote, terms } = props
  return (
    <div className={classes.pair}>
      <DealButton {...props} side="sell" />
      <DealButton {...props} side="buy" />
      {quote && terms.type === 'market' && (
        <span className={classes.spread}>
          <span className="visually-hidden">Spread in pips </span>
          {spreadInPips(quote, instrument)}
        </span>
      )}
    </div>
  )
}

const KEYS: Readonly<Record<Side, string>> = { buy: 'Shift+B', sell: 'Shift+S' }
const SIGNS = { up: '▲', down: '▼', none: '' } as const

function DealButton(props: DealButtonsProps & { side: Side }) {
  const { side, instrument, quote, terms, blocked, onDeal, onLook } = props
  const wrong = quote && sideProblem(terms, side, quote)
  const price = shownPrice(terms, side, quote)
  const resting = terms.type !== 'market'
  const kind = resting ? ` ${typeWithin(terms.type)}` : ''
  const atOnce = quote && fillsAtOnce(terms, side, quote) ? ', at once' : ''
  const move = (side === 'buy' ? quote?.askMove : quote?.bidMove) ?? 'none'
  return (
    <button
      type="button"
      className={`${classes.deal} ${classes[side]}`}
      disabled={(blocked ?? wrong) !== undefined}
      aria-keyshortcuts={KEYS[side]}
      title={wrong ?? `${sideWord(side)} (${KEYS[side]})`}
      onClick={() => onDeal(side)}
      onPointerEnter={() => onLook(side)}
      onFocus={() => onLook(side)}
    >
      <span className={classes.word}>
        {sideWord(side)}
        {kind}
        {atOnce} <span className="visually-hidden">{instrument.symbol} at </span>
        <span className={classes.move} aria-hidden="true">
          {resting ? '' : SIGNS[move]}
        </span>
      </span>
      {price ? <BigPrice price={price} pip={instrument.pip} size="button" /> : <span>–</span>}
    </button>
  )
}

/** The price of what waits, where it is one; of a deal, the market's. */
function shownPrice(terms: Terms, side: Side, quote: Quote | undefined): Price | undefined {
  if (terms.type === 'market') return quote && dealingPrice(side, quote)
  return terms.stop_price ?? terms.limit_price
}
