import { createContext, useContext, useSyncExternalStore } from 'react'
import type { AccountFeed } from './account-feed'
import type { StreamConnection, StreamStatus } from './connection'

export interface Stream {
  connection: StreamConnection
  accountFeed: AccountFeed
}

export const StreamContext = createContext<Stream | undefined>(undefined)

export function useStream(): Stream {
  const stream = useContext(StreamContext)
  if (stream === undefined) throw new Error('no stream is provided')
  return stream
}

export function useStreamStatus(): StreamStatus {
  const { connection } = useStream()
  return useSyncExternalStore(connection.subscribe, connection.current)
}
