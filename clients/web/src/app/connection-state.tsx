import { useEffect, useState } from 'react'
import type { StreamStatus } from '../stream/connection'
import { useStream, useStreamStatus } from '../stream/stream-context'
import classes from './connection-state.module.css'

/** Whether prices are live; while they are not, a press tries again at once. */
export function ConnectionState() {
  const { connection } = useStream()
  const status = useStreamStatus()
  const seconds = useSecondsUntil(status)
  const words = WORDS[status.kind] + (seconds > 0 ? ` in ${seconds} s` : '')
  return (
    <button
      type="button"
      className={classes.state}
      data-kind={status.kind}
      disabled={status.kind !== 'waiting'}
      onClick={connection.hurry}
      title={status.kind === 'waiting' ? 'Try again now' : words}
    >
      <span className={classes.dot} aria-hidden="true" />
      <span className={classes.words}>{words}</span>
      <output className="visually-hidden">{`Connection: ${WORDS[status.kind]}`}</output>
    </button>
  )
}

const WORDS: Readonly<Record<StreamStatus['kind'], string>> = {
  stopped: 'Offline',
  connecting: 'Connecting',
  live: 'Live',
  waiting: 'Reconnecting',
}

function useSecondsUntil(status: StreamStatus): number {
  const [now, setNow] = useState(() => Date.now())
  const waiting = status.kind === 'waiting'
  useEffect(() => {
    if (!waiting) return
    setNow(Date.now())
    const timer = setInterval(() => setNow(Date.now()), 500)
    return () => clearInterval(timer)
  }, [waiting])
  return waiting ? Math.max(0, Math.ceil((status.retryAt - now) / 1000)) : 0
}
