import { memo } from 'react'
import { big } from '../../api/decimals'
import type { Instrument } from '../../api/model'
import { BigPrice } from '../../ui/price'
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
  const { symbol, name, pip } = instrument
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
      <PriceCell price={quote?.bid} move={quote?.bidMove} pip={pip} />
      <PriceCell price={quote?.ask} move={quote?.askMove} pip={pip} />
      <span role="cell" className={classes.spread}>
        {quote ? spreadInPips(quote, instrument) : '–'}
      </span>
    </div>
  )
})

interface PriceCellProps {
  price: string | undefined
  move: Move | undefined
  pip: Instrument['pip']
}

function PriceCell({ price, move = 'none', pip }: PriceCellProps) {
  return (
    <span role="cell" className={`${classes.price} ${move === 'none' ? '' : move}`}>
      {price === undefined ? '–' : <BigPrice price={price} pip={pip} />}
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
