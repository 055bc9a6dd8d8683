import { useQueryClient } from '@tanstack/react-query'
import { useEffect } from 'react'
import type { Account } from '../../api/model'
import { keys } from '../../api/query-keys'
import { useStream } from '../../stream/stream-context'
import { useAnnouncer } from '../orders/announcer'
import { useEventLog } from './event-log'

/** How many past events the log starts with. */
const HISTORY = 200
/** Events of one order come within milliseconds; what they make stale is read once. */
const GATHER_MS = 40

/**
 * Follow the account's events: they fill the log, refresh what they made stale and make news.
 *
 * Events only say *that* something changed; the figures on screen are the server's own answers.
 */
export function useLiveAccount(account: Account): void {
  const { accountFeed, connection } = useStream()
  const queries = useQueryClient()
  const log = useEventLog()
  const announcer = useAnnouncer()
  const { id, last_event: known } = account
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined
    const refresh = () => {
      timer ??= setTimeout(() => {
        timer = undefined
        void queries.invalidateQueries({ queryKey: keys.everythingOf(id) })
      }, GATHER_MS)
    }
    log.clear()
    const leaveFeed = accountFeed.subscribe(({ events }) => {
      log.add(events)
      const news = events.filter(({ seq }) => seq > known)
      if (news.length > 0) refresh()
      for (const event of news) announcer.event(id, event)
    })
    const leaveReady = connection.onReady(refresh)
    accountFeed.follow(id, Math.max(0, known - HISTORY))
    return () => {
      clearTimeout(timer)
      leaveFeed()
      leaveReady()
      accountFeed.leave()
    }
  }, [id, known, accountFeed, connection, queries, log, announcer])
}
