import { memo } from 'react'
import { big } from '../../api/decimals'
import type { Instrument, Side } from '../../api/model'
import { usePreferences } from '../../ui/preferences'
import { BigPrice } from '../../ui/price'
import { QuickDeal } from '../ticket/quick-deal'
import type { Move, Quote } from './quote-store'
import { useQuote } from './use-quote'
import classes from './watchlist.module.css'

export interface QuoteRowProps {
  instrument: Instrument
  selected: boolean
  onSelect: (symbol: string) => void
}

/** One symbol of the watchlist; renders when its own price moved and at no other time. */
export const QuoteRow = memo(function QuoteRow({ instrument, selected, onSelect }: QuoteRowProps) {
  const { symbol, name } = instrument
  const quote = useQuote(symbol)
  const tradable = quote?.tradable ?? false
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the button inside is the keyboard's way in
    <div
      role="row"
      className={classes.row}
      data-selected={selected || undefined}
      data-untradable={!tradable || undefined}
      onClick={() => onSelect(symbol)}
    >
      <span role="cell" className={classes.symbolCell}>
        <Arrow move={quote?.bidMove ?? 'none'} />
        <button type="button" className={classes.symbol} aria-pressed={selected} title={name}>
          {symbol}
        </button>
        {!tradable && <span className={classes.closed}>{quote ? 'Closed' : 'No price'}</span>}
      </span>
      <PriceCell instrument={instrument} quote={quote} side="sell" />
      <PriceCell instrument={instrument} quote={quote} side="buy" />
      <span role="cell" className={classes.spread}>
        {quote ? spreadInPips(quote, instrument) : '–'}
      </span>
    </div>
  )
})

interface PriceCellProps {
  instrument: Instrument
  quote: Quote | undefined
  side: Side
}

/** A side's price; while one click deals, it is the button that does. */
function PriceCell({ instrument, quote, side }: PriceCellProps) {
  const oneClick = usePreferences((state) => state.oneClick)
  const price = quote?.[side === 'buy' ? 'ask' : 'bid']
  const move = quote?.[side === 'buy' ? 'askMove' : 'bidMove'] ?? 'none'
  const tone = `${classes.price} ${move === 'none' ? '' : move}`
  const shown = price === undefined ? '–' : <BigPrice price={price} pip={instrument.pip} />
  return (
    <span role="cell" className={tone}>
      {oneClick && quote?.tradable ? (
        <QuickDeal instrument={instrument} side={side}>
          {shown}
        </QuickDeal>
      ) : (
        shown
      )}
    </span>
  )
}

const SIGNS: Readonly<Record<Move, string>> = { up: '▲', down: '▼', none: '·' }

function Arrow({ move }: { move: Move }) {
  return (
    <span className={`${classes.arrow} ${move === 'none' ? 'quiet' : move}`} aria-hidden="true">
      {SIGNS[move]}
    </span>
  )
}

/** Spread in pips, one decimal. */
export function spreadInPips(quote: Quote, { pip }: Pick<Instrument, 'pip'>): string {
  return big(quote.ask).minus(big(quote.bid)).div(big(pip)).toFixed(1)
}
