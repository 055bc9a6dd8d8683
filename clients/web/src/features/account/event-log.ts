import { createContext, useContext, useSyncExternalStore } from 'react'
import type { AccountEvent } from '../../api/model'

const KEPT_MAX = 500

/** The newest events of the account on screen, newest first. */
export class EventLog {
  private events: readonly AccountEvent[] = []
  private readonly listeners = new Set<() => void>()

  readonly current = (): readonly AccountEvent[] => this.events

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  add(events: readonly AccountEvent[]): void {
    this.set([...events.toReversed(), ...this.events].slice(0, KEPT_MAX))
  }

  clear(): void {
    this.set([])
  }

  private set(events: readonly AccountEvent[]): void {
    this.events = events
    for (const listener of this.listeners) listener()
  }
}

export const EventLogContext = createContext<EventLog | undefined>(undefined)

export function useEventLog(): EventLog {
  const log = useContext(EventLogContext)
  if (log === undefined) throw new Error('no event log is provided')
  return log
}

export function useEvents(): readonly AccountEvent[] {
  const log = useEventLog()
  return useSyncExternalStore(log.subscribe, log.current)
}
