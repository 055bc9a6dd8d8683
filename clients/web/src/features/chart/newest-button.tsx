import { useCallback, useLayoutEffect, useState } from 'react'
import { useCommand } from '../../ui/commands'
import table from '../../ui/table.module.css'
import type { Drawn } from './candle-chart'
import classes from './chart-panel.module.css'
import { RIGHT_BARS } from './use-bars'

/** Back to the newest bar, for whoever has scrolled away from it. */
export function NewestButton({ drawn }: { drawn: Drawn | undefined }) {
  const [away, setAway] = useState(false)
  const scale = drawn?.chart.timeScale()
  useLayoutEffect(() => {
    if (scale === undefined) return
    const hear = () => setAway(scale.scrollPosition() < 0)
    scale.subscribeVisibleLogicalRangeChange(hear)
    return () => scale.unsubscribeVisibleLogicalRangeChange(hear)
  }, [scale])
  const go = useCallback(() => scale?.scrollToPosition(RIGHT_BARS, false), [scale])
  useCommand('newest', go)
  if (!away) return null
  return (
    <button
      type="button"
      className={`${table.button} ${classes.newest}`}
      title="Newest candle (N)"
      onClick={go}
    >
      Newest ⇥
    </button>
  )
}
