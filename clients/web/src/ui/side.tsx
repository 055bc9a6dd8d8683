import type { Side } from '../api/model'
import classes from './side.module.css'
import { sideWord } from './words'

/** Buy or sell: colour, arrow and word, so that none of them has to carry it alone. */
export function SideLabel({ side }: { side: Side }) {
  const buy = side === 'buy'
  return (
    <span className={`${classes.side} ${buy ? classes.buy : classes.sell}`}>
      <span aria-hidden="true">{buy ? '▲' : '▼'}</span>
      {sideWord(side)}
    </span>
  )
}
