import { useEffect } from 'react'
import { useStream } from '../../stream/stream-context'
import { useInstruments } from './instruments'
import { useQuotes } from './use-quote'

/** One frame per 100 ms keeps a screen at 60 fps; the store flushes at the same pace. */
const INTERVAL_MS = 100

/** Feed the quotes with the prices of the account's group, over every connection there will be. */
export function useLiveQuotes(accountId: string): void {
  const { connection } = useStream()
  const quotes = useQuotes()
  const symbols = useInstruments()
    .data?.map(({ symbol }) => symbol)
    .join(',')
  useEffect(() => {
    if (!symbols) return
    const subscribe = () =>
      connection.send({
        type: 'subscribe',
        channel: 'prices',
        symbols: symbols.split(','),
        interval_ms: INTERVAL_MS,
        account_id: accountId,
      })
    const leaveFrames = connection.onFrame((frame) => {
      if (frame.type === 'prices') quotes.apply(frame.items)
    })
    const leaveReady = connection.onReady(subscribe)
    subscribe()
    return () => {
      leaveFrames()
      leaveReady()
      connection.send({ type: 'unsubscribe', channel: 'prices' })
    }
  }, [connection, quotes, symbols, accountId])
}
