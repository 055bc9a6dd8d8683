import { lazy, Suspense, useMemo } from 'react'
import type { Instrument } from '../../api/model'
import { Panel } from '../../ui/panel'
import { prefer, usePreferences } from '../../ui/preferences'
import { Segments } from '../../ui/segments'
import { usePositions } from '../positions/positions-query'
import { useQuote } from '../quotes/use-quote'
import { DEFAULT_INTERVAL, INTERVALS, type Interval } from './candles'
import classes from './chart-panel.module.css'

/** The charting library is the largest part of the page; nothing waits for it. */
const CandleChart = lazy(() => import('./candle-chart'))

const CHOICES = INTERVALS.map(({ label, seconds }) => ({ value: seconds, label }))

/** Candles of the selected instrument, as seen by this page. */
export function ChartPanel({ instrument }: { instrument: Instrument }) {
  const kept = usePreferences((state) => state.interval)
  const interval: Interval =
    INTERVALS.find(({ seconds }) => seconds === kept)?.seconds ?? DEFAULT_INTERVAL
  const positions = usePositions().data
  const own = useMemo(
    () => positions?.filter(({ symbol }) => symbol === instrument.symbol) ?? [],
    [positions, instrument.symbol],
  )
  return (
    <Panel
      title={instrument.symbol}
      label={`Chart of ${instrument.symbol}`}
      actions={
        <Segments
          label="Interval"
          compact
          choices={CHOICES}
          value={interval}
          onChange={(interval) => prefer({ interval })}
        />
      }
    >
      <figure className={classes.figure} aria-label={`Candles of ${instrument.symbol}`}>
        <Suspense fallback={<p className={classes.waiting}>Loading the chart…</p>}>
          <CandleChart
            // A chart of its own for each: an axis that was once wider stays so.
            key={instrument.symbol}
            instrument={instrument}
            interval={interval}
            positions={own}
          />
        </Suspense>
        <Waiting symbol={instrument.symbol} />
      </figure>
    </Panel>
  )
}

function Waiting({ symbol }: { symbol: string }) {
  const quote = useQuote(symbol)
  return quote ? null : <p className={classes.waiting}>Waiting for the first price…</p>
}
