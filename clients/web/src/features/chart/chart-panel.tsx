import { lazy, Suspense, useMemo } from 'react'
import type { Instrument } from '../../api/model'
import { Choice } from '../../ui/choice'
import { Panel } from '../../ui/panel'
import { prefer, usePreferences } from '../../ui/preferences'
import { useOpenOrders } from '../orders/order-queries'
import { usePositions } from '../positions/positions-query'
import { INTERVALS, SIDES } from './candles'
import classes from './chart-panel.module.css'

/** The charting library is the largest part of the page; nothing waits for it. */
const CandleChart = lazy(() => import('./candle-chart'))

const INTERVAL_CHOICES = INTERVALS.map((value) => ({ value, label: value }))
const SIDE_CHOICES = SIDES.map((value) => ({ value, label: value }))

/** Candles of the selected instrument, as the account's group sees them. */
export function ChartPanel({ instrument }: { instrument: Instrument }) {
  const interval = usePreferences((state) => state.chartInterval)
  const side = usePreferences((state) => state.chartSide)
  const positions = usePositions().data
  const orders = useOpenOrders().data
  const held = useMemo(
    () => ({ positions: positions ?? [], orders: orders ?? [] }),
    [positions, orders],
  )
  return (
    <Panel
      title={instrument.symbol}
      label={`Chart of ${instrument.symbol}`}
      actions={
        <div className={classes.tools}>
          <Choice
            label="Interval"
            choices={INTERVAL_CHOICES}
            value={interval}
            onChange={(chartInterval) => prefer({ chartInterval })}
          />
          <Choice
            label="Price"
            choices={SIDE_CHOICES}
            value={side}
            onChange={(chartSide) => prefer({ chartSide })}
          />
        </div>
      }
    >
      <figure className={classes.figure} aria-label={`Candles of ${instrument.symbol}`}>
        <Suspense fallback={<p className={classes.waiting}>Loading the chart…</p>}>
          <CandleChart
            // A chart of its own for each: an axis that was once wider stays so.
            key={`${instrument.symbol} ${side}`}
            instrument={instrument}
            interval={interval}
            side={side}
            held={held}
          />
        </Suspense>
      </figure>
    </Panel>
  )
}
