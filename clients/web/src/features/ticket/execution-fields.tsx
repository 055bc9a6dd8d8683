import { useCallback } from 'react'
import type { Instrument } from '../../api/model'
import { useCommand } from '../../ui/commands'
import { prefer, usePreferences } from '../../ui/preferences'
import { Segments } from '../../ui/segments'
import classes from './ticket.module.css'
import { pointsToPrice } from './ticket-model'

const CHOICES = [
  { value: 'instant', label: 'Instant' },
  { value: 'market', label: 'Market' },
] as const

const MARKET_WORDS = 'At the best price when the order arrives.'

const POINTS_MAX = 10_000

/** Instant or market, and how far an instant price may move. */
export function ExecutionFields({ instrument }: { instrument: Instrument }) {
  const execution = usePreferences((state) => state.execution)
  const points = usePreferences((state) => state.deviationPoints)
  useCommand(
    'execution',
    useCallback(() => {
      prefer(({ execution }) => ({ execution: execution === 'instant' ? 'market' : 'instant' }))
    }, []),
  )
  return (
    <div className={classes.field}>
      <Segments
        label="Execution"
        choices={CHOICES}
        value={execution}
        onChange={(execution) => prefer({ execution })}
      />
      {execution === 'market' && <p className={classes.hint}>{MARKET_WORDS}</p>}
      {execution === 'instant' && (
        <label className={classes.inline}>
          <span>Max deviation</span>
          <input
            className={classes.small}
            type="number"
            min={0}
            max={POINTS_MAX}
            step={1}
            value={points}
            onChange={(event) => prefer({ deviationPoints: pointsOf(event.target.value) })}
          />
          <span className={classes.aside}>
            points = {pointsToPrice(points, instrument.price_precision)}
          </span>
        </label>
      )}
    </div>
  )
}

function pointsOf(text: string): number {
  const points = Math.trunc(Number(text))
  return Number.isFinite(points) ? Math.min(Math.max(points, 0), POINTS_MAX) : 0
}
