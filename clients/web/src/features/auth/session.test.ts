import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { NoAnswer, Problem } from '../../api/problem'
import type { Tokens } from './auth-api'
import { Session } from './session'
import type { Kept, TokenVault } from './token-vault'

/** Rotation as the server does it: each refresh token works once, a second use ends the family. */
class Server {
  generation = 0
  ended = false
  reachable = true
  refreshes = 0
  private tokens(): Tokens {
    this.generation += 1
    return {
      access_token: `access-${this.generation}`,
      expires_in: 900,
      refresh_token: `refresh-${this.generation}`,
    }
  }
  login = async () => this.tokens()
  logout = async () => {
    this.ended = true
  }
  refresh = async (token: string) => {
    this.refreshes += 1
    if (!this.reachable) throw new NoAnswer('offline')
    if (token !== `refresh-${this.generation}`) this.ended = true
    if (this.ended) throw new Problem(401, 'invalid_token', 'refused')
    return this.tokens()
  }
}

/** One browser: what its tabs share. */
class Browser {
  kept: Kept | undefined
  private turn: Promise<unknown> = Promise.resolve()
  private readonly listeners: ((kept: Kept | undefined) => void)[] = []
  tab(): TokenVault {
    let mine: (kept: Kept | undefined) => void = () => undefined
    const tell = () => {
      for (const listener of this.listeners) if (listener !== mine) listener(this.kept)
    }
    return {
      read: () => this.kept,
      write: (kept) => {
        this.kept = kept
        tell()
      },
      clear: () => {
        this.kept = undefined
        tell()
      },
      alone: (work) => {
        const mine = this.turn.then(work)
        this.turn = mine.catch(() => undefined)
        return mine
      },
      onOtherTab: (listener) => {
        mine = listener
        this.listeners.push(listener)
        return () => undefined
      },
    }
  }
}

let server: Server
let browser: Browser

beforeEach(() => {
  vi.useFakeTimers({ now: 0 })
  server = new Server()
  browser = new Browser()
})
afterEach(() => vi.useRealTimers())

const signedIn = async () => {
  const session = new Session(server, browser.tab())
  await session.login('ada@example.com', 'secret')
  return session
}

test('the access token is renewed before it expires', async () => {
  const session = await signedIn()
  const heard: string[] = []
  session.onToken((token) => heard.push(token))
  await vi.advanceTimersByTimeAsync(800_000)
  expect(heard).toEqual([])
  await vi.advanceTimersByTimeAsync(30_000)
  expect(heard).toEqual(['access-2'])
  expect(await session.token()).toBe('access-2')
})

test('many requests with an old token refresh once', async () => {
  const session = await signedIn()
  const tokens = await Promise.all([session.renew(), session.renew(), session.renew()])
  expect(tokens).toEqual(['access-2', 'access-2', 'access-2'])
  expect(server.refreshes).toBe(1)
})

test('two tabs share one rotating token and never reuse it', async () => {
  const first = await signedIn()
  const second = new Session(server, browser.tab())
  await second.restore()
  await Promise.all([first.renew(), second.renew(), first.renew()])
  await second.renew()
  expect(server.ended).toBe(false)
  expect(first.current().status).toBe('signed_in')
  expect(second.current()).toEqual({
    status: 'signed_in',
    email: 'ada@example.com',
    staff: false,
  })
})

test('a refused refresh ends the session and says so', async () => {
  const session = await signedIn()
  server.ended = true
  await expect(session.renew()).rejects.toThrow('session has ended')
  expect(session.current()).toMatchObject({ status: 'signed_out' })
  expect(browser.kept).toBeUndefined()
})

test('an unreachable server does not sign anybody out', async () => {
  const session = await signedIn()
  server.reachable = false
  await vi.advanceTimersByTimeAsync(845_000)
  expect(session.current().status).toBe('signed_in')
  server.reachable = true
  await vi.advanceTimersByTimeAsync(10_000)
  expect(await session.token()).toMatch(/access-/)
  expect(session.current().status).toBe('signed_in')
})

test('signing out in one tab signs out the others', async () => {
  const first = await signedIn()
  const second = new Session(server, browser.tab())
  await second.restore()
  await first.logout()
  expect(second.current()).toMatchObject({ status: 'signed_out' })
})
