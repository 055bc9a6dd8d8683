import createClient, { type Client } from 'openapi-fetch'
import { NoAnswer, Problem, problemOf } from './problem'
import type { paths } from './schema'

const ANSWER_MS_MAX = 12_000

/** What the house records of where an order came from; with every request, so with every command. */
const CHANNEL = { 'X-Channel': 'web' } as const

export type Api = Client<paths>

/** Where a request gets its access token: a good one, or a new one after a 401. */
export interface TokenSource {
  token(): Promise<string>
  renew(): Promise<string>
}

/** The client without a token: configuration, login, refresh. */
export function publicApi(): Api {
  return createClient<paths>({ fetch: limited })
}

/** The client of a signed-in user; a 401 is answered once with a renewed token. */
export function authorisedApi(source: TokenSource, baseUrl = ''): Api {
  return createClient<paths>({
    baseUrl,
    headers: CHANNEL,
    fetch: async (request) => {
      const again = request.clone()
      const first = await limited(bearing(request, await source.token()))
      if (first.status !== 401) return first
      return limited(bearing(again, await source.renew()))
    },
  })
}

function bearing(request: Request, token: string): Request {
  request.headers.set('Authorization', `Bearer ${token}`)
  return request
}

function limited(request: Request): Promise<Response> {
  const signal = AbortSignal.any([request.signal, AbortSignal.timeout(ANSWER_MS_MAX)])
  return fetch(request, { signal })
}

interface Result<T> {
  data?: T
  error?: unknown
  response: Response
}

/** The body of a success; a problem or the lack of any answer is thrown. */
export async function answer<T>(call: Promise<Result<T>>): Promise<T> {
  const result = await call.catch((cause: unknown): never => {
    if (cause instanceof Problem) throw cause
    throw new NoAnswer('no answer from the server', { cause })
  })
  if (!result.response.ok) throw problemOf(result.error, result.response)
  return result.data as T
}
