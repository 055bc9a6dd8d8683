import { QueryClient } from '@tanstack/react-query'
import { authorisedApi, publicApi } from '../api/client'
import { Dealing } from '../api/dealing'
import type { Instrument } from '../api/model'
import { NoAnswer, Problem } from '../api/problem'
import { keys } from '../api/query-keys'
import { readConfig, Trading } from '../api/trading'
import { EventLog } from '../features/account/event-log'
import { authApi } from '../features/auth/auth-api'
import { Session } from '../features/auth/session'
import { browserVault } from '../features/auth/token-vault'
import { Announcer } from '../features/orders/announcer'
import { QuoteStore } from '../features/quotes/quote-store'
import { AccountFeed } from '../stream/account-feed'
import { StreamConnection } from '../stream/connection'

/** Everything that lives as long as the page; built once, here, and given to the components. */
export function buildServices() {
  const open = publicApi()
  const session = new Session(authApi(open), browserVault)
  const api = authorisedApi(session)
  const trading = new Trading(api)
  const queries = new QueryClient({ defaultOptions: { queries: { retry, staleTime: 10_000 } } })
  const connection = new StreamConnection({
    url: async () => {
      const config = await queries.fetchQuery({
        queryKey: keys.config,
        queryFn: () => readConfig(open),
        staleTime: 60_000,
      })
      return config.stream_url
    },
    token: () => session.token(),
    renew: () => session.renew(),
  })
  session.onToken((token) => connection.authenticate(token))
  const quotes = new QuoteStore()
  const instrument = (symbol: string) =>
    queries.getQueryData<Instrument[]>(keys.instruments)?.find((each) => each.symbol === symbol)
  const services = {
    session,
    trading,
    dealing: new Dealing(api),
    queries,
    stream: { connection, accountFeed: new AccountFeed(connection) },
    quotes,
    eventLog: new EventLog(),
    announcer: new Announcer(trading, instrument),
  }
  session.subscribe(() => follow(services))
  return services
}

export type Services = ReturnType<typeof buildServices>

/** The stream runs while a client is signed in; nothing of a session is left for the next one. */
function follow({ session, stream, queries, quotes, eventLog }: Services): void {
  const state = session.current()
  if (state.status === 'signed_in') {
    if (!state.staff) stream.connection.start()
    return
  }
  stream.connection.stop()
  queries.clear()
  quotes.clear()
  eventLog.clear()
}

const RETRIES_MAX = 3

/** Reads are tried again while the server is away; what it refused stays refused. */
function retry(failures: number, error: Error): boolean {
  const away = error instanceof NoAnswer || (error instanceof Problem && error.status >= 500)
  return away && failures < RETRIES_MAX
}
