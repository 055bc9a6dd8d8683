import type { TokenSource } from '../../api/client'
import { Problem } from '../../api/problem'
import type { AuthApi, Tokens } from './auth-api'
import { isStaff } from './claims'
import type { Kept, TokenVault } from './token-vault'

export type SessionState =
  | { status: 'restoring' }
  | { status: 'signed_out'; notice?: string }
  | { status: 'signed_in'; email: string; staff: boolean }

const UNREACHABLE = 'The server cannot be reached. Trying again…'
const ENDED = 'Your session has ended. Please sign in again.'
/** An access token this close to its end is not sent any more. */
const MARGIN_MS = 20_000
const RETRY_MS = 5_000

interface Access {
  token: string
  goodUntil: number
}

/** Signing in, staying signed in and signing out, for this tab and in step with the others. */
export class Session implements TokenSource {
  private state: SessionState = { status: 'restoring' }
  private access: Access | undefined
  private renewing: Promise<string> | undefined
  private timer: ReturnType<typeof setTimeout> | undefined
  private readonly listeners = new Set<() => void>()
  private readonly tokenListeners = new Set<(token: string) => void>()
  private readonly api: AuthApi
  private readonly vault: TokenVault
  private readonly now: () => number

  constructor(api: AuthApi, vault: TokenVault, now: () => number = Date.now) {
    this.api = api
    this.vault = vault
    this.now = now
    vault.onOtherTab((kept) => this.followOtherTab(kept))
  }

  readonly current = (): SessionState => this.state

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  /** Hear every new access token, so that open streams can present it before the old one ends. */
  onToken(listener: (token: string) => void): () => void {
    this.tokenListeners.add(listener)
    return () => this.tokenListeners.delete(listener)
  }

  async restore(): Promise<void> {
    if (this.vault.read() === undefined) return this.become({ status: 'signed_out' })
    await this.renew().catch(() => {
      // Unreachable is not signed out: the kept token stays and is tried again.
      if (this.state.status !== 'restoring') return
      this.become({ status: 'signed_out', notice: UNREACHABLE })
      this.renewIn(RETRY_MS)
    })
  }

  async login(email: string, password: string, otp?: string): Promise<void> {
    const tokens = await this.api.login(email, password, otp)
    this.vault.write({ email, refreshToken: tokens.refresh_token })
    this.accept(tokens, email)
  }

  async logout(): Promise<void> {
    const token = await this.token().catch(() => undefined)
    this.end({ status: 'signed_out' })
    if (token) await this.api.logout(token).catch(() => undefined)
  }

  async token(): Promise<string> {
    if (this.access && this.access.goodUntil - this.now() > MARGIN_MS) return this.access.token
    return this.renew()
  }

  renew(): Promise<string> {
    this.renewing ??= this.vault
      .alone(() => this.rotate())
      .finally(() => {
        this.renewing = undefined
      })
    return this.renewing
  }

  private async rotate(): Promise<string> {
    // Read inside the lock: another tab may have rotated it a moment ago.
    const kept = this.vault.read()
    if (kept === undefined) throw this.refused()
    const tokens = await this.api.refresh(kept.refreshToken).catch((error: unknown): never => {
      throw error instanceof Problem && error.status === 401 ? this.refused() : error
    })
    if (this.vault.read() === undefined) throw this.refused()
    this.vault.write({ email: kept.email, refreshToken: tokens.refresh_token })
    this.accept(tokens, kept.email)
    return tokens.access_token
  }

  private accept(tokens: Tokens, email: string): void {
    const lifeMs = tokens.expires_in * 1000
    this.access = { token: tokens.access_token, goodUntil: this.now() + lifeMs }
    this.renewIn(Math.max(lifeMs - Math.max(60_000, lifeMs * 0.1), lifeMs * 0.5))
    for (const listener of this.tokenListeners) listener(tokens.access_token)
    if (this.state.status === 'signed_in') return
    this.become({ status: 'signed_in', email, staff: isStaff(tokens.access_token) })
  }

  private renewIn(ms: number): void {
    clearTimeout(this.timer)
    this.timer = setTimeout(() => {
      this.renew().catch(() => {
        if (this.vault.read() !== undefined) this.renewIn(RETRY_MS)
      })
    }, ms)
  }

  private refused(): Problem {
    this.end({ status: 'signed_out', notice: ENDED })
    return new Problem(401, 'session_ended', ENDED)
  }

  private end(state: SessionState): void {
    clearTimeout(this.timer)
    this.access = undefined
    this.become(state)
    if (this.vault.read() !== undefined) this.vault.clear()
  }

  private followOtherTab(kept: Kept | undefined): void {
    if (kept === undefined && this.state.status === 'signed_in') {
      this.end({ status: 'signed_out', notice: 'You signed out in another tab.' })
    } else if (kept && this.state.status === 'signed_out') {
      this.renew().catch(() => undefined)
    } else if (kept && this.state.status === 'signed_in' && kept.email !== this.state.email) {
      // Another person signed in: nothing of the first one may stay on this screen.
      location.reload()
    }
  }

  private become(state: SessionState): void {
    this.state = state
    for (const listener of this.listeners) listener()
  }
}
