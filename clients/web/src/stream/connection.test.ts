import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { StreamConnection } from './connection'

class FakeSocket {
  onopen: (() => void) | null = null
  onmessage: ((event: { data: unknown }) => void) | null = null
  onclose: ((event: { code: number }) => void) | null = null
  readonly sent: Record<string, unknown>[] = []
  closed = false
  send(text: string) {
    this.sent.push(JSON.parse(text))
  }
  close() {
    this.closed = true
  }
  say(frame: object) {
    this.onmessage?.({ data: JSON.stringify(frame) })
  }
}

let sockets: FakeSocket[]
let tokens: string[]
let stream: StreamConnection

const last = () => sockets.at(-1) as FakeSocket
const settle = () => vi.advanceTimersByTimeAsync(0)
const connected = async () => {
  stream.start()
  await settle()
  last().onopen?.()
  last().say({ type: 'ready' })
}

beforeEach(() => {
  vi.useFakeTimers({ now: 0 })
  sockets = []
  tokens = ['old']
  stream = new StreamConnection({
    url: async () => 'ws://stream',
    token: async () => tokens.at(-1) as string,
    renew: async () => {
      tokens.push('fresh')
      return 'fresh'
    },
    open: () => {
      sockets.push(new FakeSocket())
      return last() as unknown as WebSocket
    },
    random: () => 1,
  })
})
afterEach(() => {
  stream.stop()
  vi.useRealTimers()
})

test('the token is the first message and ready makes it live', async () => {
  const ready = vi.fn()
  stream.onReady(ready)
  await connected()
  expect(last().sent).toEqual([{ type: 'auth', token: 'old' }])
  expect(stream.current()).toEqual({ kind: 'live' })
  expect(ready).toHaveBeenCalledOnce()
})

test('a silent connection is given up after two missed heartbeats', async () => {
  await connected()
  await vi.advanceTimersByTimeAsync(8_000)
  last().say({ type: 'heartbeat', time: '' })
  await vi.advanceTimersByTimeAsync(11_000)
  expect(stream.current().kind).toBe('live')
  await vi.advanceTimersByTimeAsync(3_000)
  expect(sockets[0]?.closed).toBe(true)
  expect(stream.current().kind).not.toBe('live')
})

test('4401 renews the token and connects at once', async () => {
  await connected()
  last().onclose?.({ code: 4401 })
  await settle()
  last().onopen?.()
  expect(sockets).toHaveLength(2)
  expect(last().sent).toEqual([{ type: 'auth', token: 'fresh' }])
})

test('4409 connects again at once', async () => {
  await connected()
  last().onclose?.({ code: 4409 })
  await settle()
  expect(sockets).toHaveLength(2)
})

test('a server that keeps refusing is asked ever less often, up to a cap', async () => {
  stream.start()
  await settle()
  const waits: number[] = []
  for (let round = 0; round < 9; round += 1) {
    last().onclose?.({ code: 1006 })
    const status = stream.current()
    const wait = status.kind === 'waiting' ? status.retryAt - Date.now() : -1
    waits.push(wait)
    await vi.advanceTimersByTimeAsync(wait)
  }
  expect(waits).toEqual([400, 800, 1600, 3200, 6400, 12800, 15000, 15000, 15000])
})

test('a fresh token is presented without losing the subscriptions', async () => {
  const ready = vi.fn()
  stream.onReady(ready)
  await connected()
  stream.authenticate('newer')
  last().say({ type: 'ready' })
  expect(last().sent.at(-1)).toEqual({ type: 'auth', token: 'newer' })
  expect(ready).toHaveBeenCalledOnce()
})

test('frames that are not JSON objects are ignored', async () => {
  const frames = vi.fn()
  await connected()
  stream.onFrame(frames)
  last().onmessage?.({ data: '{' })
  last().onmessage?.({ data: 'null' })
  expect(frames).not.toHaveBeenCalled()
})
