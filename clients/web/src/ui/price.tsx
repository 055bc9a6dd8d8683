import type { Price } from '../api/decimals'
import { pipParts } from './format'
import classes from './price.module.css'

export interface BigPriceProps {
  price: string
  pip: Price
  size?: 'row' | 'button'
}

/** A price with its pip digits stressed, as dealing screens show it. */
export function BigPrice({ price, pip, size = 'row' }: BigPriceProps) {
  const { lead, pips, tail } = pipParts(price, pip)
  return (
    <span className={`${classes.price} ${classes[size]}`}>
      <span className="visually-hidden">{price}</span>
      <span className={classes.lead} aria-hidden="true">
        {lead}
      </span>
      <span className={classes.pips} aria-hidden="true">
        {pips}
      </span>
      <span className={classes.tail} aria-hidden="true">
        {tail}
      </span>
    </span>
  )
}
