import { humanise } from '../../ui/format'
import classes from './order-state.module.css'

const TONES: Readonly<Record<string, string>> = {
  filled: 'done',
  partially_filled: 'open',
  rejected: 'refused',
  cancelled: 'ended',
}

/** State of an order; "cancel asked for" is a fact beside it, not a state. */
export function OrderState({ state, asked = false }: { state: string; asked?: boolean }) {
  return (
    <span className={classes.state} data-tone={TONES[state] ?? 'open'}>
      {humanise(state)}
      {asked && state !== 'cancelled' && <span className="quiet"> · cancel asked</span>}
    </span>
  )
}
