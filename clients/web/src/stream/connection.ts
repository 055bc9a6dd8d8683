import { backoffMs } from './backoff'
import { type ClientFrame, parseFrame, type ServerFrame, TOKEN_REFUSED, TOO_SLOW } from './protocol'

export type StreamStatus =
  | { kind: 'stopped' }
  | { kind: 'connecting' }
  | { kind: 'live' }
  | { kind: 'waiting'; retryAt: number }

/** The server's heartbeat comes every 5 s; two missed ones and the connection is dead. */
const SILENCE_MS_MAX = 12_000
const WATCH_MS = 2_000
/** A connection that held this long was a good one: the next loss starts over at a short wait. */
const STEADY_MS = 10_000

export interface StreamOptions {
  url: () => Promise<string>
  token: () => Promise<string>
  renew: () => Promise<string>
  open?: (url: string) => WebSocket
  random?: () => number
}

/** One WebSocket to the stream, kept open: authentication, watchdog, reconnection. */
export class StreamConnection {
  private status: StreamStatus = { kind: 'stopped' }
  private socket: WebSocket | undefined
  private running = false
  private attempt = 0
  private tries = 0
  private renewFirst = false
  private liveSince = 0
  private heardAt = 0
  private retryTimer: ReturnType<typeof setTimeout> | undefined
  private watchTimer: ReturnType<typeof setInterval> | undefined
  private readonly statusListeners = new Set<() => void>()
  private readonly frameListeners = new Set<(frame: ServerFrame) => void>()
  private readonly readyListeners = new Set<() => void>()
  private readonly options: StreamOptions

  constructor(options: StreamOptions) {
    this.options = options
  }

  readonly current = (): StreamStatus => this.status
  readonly subscribe = (listener: () => void) => keep(this.statusListeners, listener)
  onFrame = (listener: (frame: ServerFrame) => void) => keep(this.frameListeners, listener)
  /** Called on every new connection: the moment to (re)subscribe. */
  onReady = (listener: () => void) => keep(this.readyListeners, listener)

  start(): void {
    if (this.running) return
    this.running = true
    globalThis.addEventListener?.('online', this.hurry)
    this.watchTimer = setInterval(() => this.watch(), WATCH_MS)
    void this.connect()
  }

  stop(): void {
    this.running = false
    globalThis.removeEventListener?.('online', this.hurry)
    clearInterval(this.watchTimer)
    clearTimeout(this.retryTimer)
    this.drop()
    this.become({ kind: 'stopped' })
  }

  /** Send on a live connection; what must survive a reconnect is sent from `onReady` instead. */
  send(frame: ClientFrame): void {
    if (this.status.kind === 'live') this.socket?.send(JSON.stringify(frame))
  }

  /** Present a fresh token before the old one ends. */
  authenticate(token: string): void {
    this.send({ type: 'auth', token })
  }

  /** Reconnect now instead of at the end of the wait. */
  readonly hurry = (): void => {
    if (this.status.kind === 'waiting') this.retryIn(0)
  }

  private async connect(): Promise<void> {
    this.tries += 1
    const mine = this.tries
    this.become({ kind: 'connecting' })
    try {
      const { url, token, renew } = this.options
      const access = await (this.renewFirst ? renew() : token())
      this.renewFirst = false
      const address = await url()
      // Stopped, or started anew, while we waited for the token.
      if (mine === this.tries && this.running) this.listen(address, access)
    } catch {
      // No token or no address: both come from the API, which may be as far away as the stream.
      if (mine === this.tries) this.retryLater()
    }
  }

  private listen(url: string, access: string): void {
    const socket = (this.options.open ?? ((address) => new WebSocket(address)))(url)
    this.socket = socket
    this.heardAt = Date.now()
    socket.onopen = () => socket.send(JSON.stringify({ type: 'auth', token: access }))
    socket.onmessage = (event) => this.receive(event.data)
    socket.onclose = (event) => {
      if (this.socket === socket) this.lost(event.code)
    }
  }

  private receive(data: unknown): void {
    this.heardAt = Date.now()
    const frame = parseFrame(data)
    if (frame === undefined) return
    if (frame.type === 'ready') this.ready()
    for (const listener of this.frameListeners) listener(frame)
  }

  private ready(): void {
    // A `ready` on a live connection answers a fresh token; subscriptions are still there.
    if (this.status.kind === 'live') return
    this.liveSince = Date.now()
    this.become({ kind: 'live' })
    for (const listener of this.readyListeners) listener()
  }

  private lost(code: number): void {
    const wasSteady = this.status.kind === 'live' && Date.now() - this.liveSince > STEADY_MS
    if (wasSteady) this.attempt = 0
    this.drop()
    if (code === TOKEN_REFUSED) this.renewFirst = true
    const atOnce = code === TOKEN_REFUSED || code === TOO_SLOW
    if (atOnce && this.attempt === 0) this.retryIn(0)
    else this.retryLater()
  }

  private watch(): void {
    if (this.socket === undefined || Date.now() - this.heardAt < SILENCE_MS_MAX) return
    this.lost(0)
  }

  private retryLater(): void {
    this.retryIn(backoffMs(this.attempt, this.options.random))
  }

  private retryIn(ms: number): void {
    if (!this.running) return
    this.attempt += 1
    clearTimeout(this.retryTimer)
    this.become({ kind: 'waiting', retryAt: Date.now() + ms })
    this.retryTimer = setTimeout(() => void this.connect(), ms)
  }

  private drop(): void {
    const socket = this.socket
    this.socket = undefined
    if (socket === undefined) return
    socket.onopen = null
    socket.onmessage = null
    socket.onclose = null
    socket.close()
  }

  private become(status: StreamStatus): void {
    this.status = status
    for (const listener of this.statusListeners) listener()
  }
}

function keep<T>(set: Set<T>, listener: T): () => void {
  set.add(listener)
  return () => set.delete(listener)
}
