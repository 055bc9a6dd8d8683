import type Big from 'big.js'
import { formatPercent } from '../../ui/format'
import classes from './account-bar.module.css'

/** The bar ends here: above it nobody worries. */
const FULL = 500
const CALL = 100
const STOP_OUT = 50

/** Margin level as figure and bar, with the margin call marked. */
export function LevelMeter({ level }: { level: Big | null }) {
  if (level === null) return <span className="quiet">no positions</span>
  const shown = Math.max(0, Math.min(Number(level.toFixed(2)), FULL))
  const tone = shown <= STOP_OUT ? 'danger' : shown <= CALL ? 'call' : 'fine'
  return (
    <span className={classes.level}>
      {formatPercent(level)}
      <meter
        className="visually-hidden"
        aria-label="Margin level in percent"
        min={0}
        max={FULL}
        value={shown}
      />
      <span className={classes.track} aria-hidden="true">
        <span
          className={classes.fill}
          data-tone={tone}
          style={{ width: `${(shown / FULL) * 100}%` }}
        />
        <span className={classes.mark} style={{ left: `${(CALL / FULL) * 100}%` }} />
      </span>
      {tone !== 'fine' && (
        <span className={classes.call}>{tone === 'call' ? 'margin call' : 'stop-out'}</span>
      )}
    </span>
  )
}
