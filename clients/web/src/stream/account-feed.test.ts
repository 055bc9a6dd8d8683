import { beforeEach, expect, test } from 'vitest'
import { AccountFeed } from './account-feed'
import type { StreamConnection } from './connection'
import type { ClientFrame, ServerFrame } from './protocol'

const ACCOUNT = 'a-1'
let sent: ClientFrame[]
let seen: number[]
let ready: () => void
let frame: (frame: ServerFrame) => void
let feed: AccountFeed

beforeEach(() => {
  sent = []
  seen = []
  const stream = {
    onReady: (listener: () => void) => {
      ready = listener
    },
    onFrame: (listener: (frame: ServerFrame) => void) => {
      frame = listener
    },
    send: (message: ClientFrame) => sent.push(message),
  }
  feed = new AccountFeed(stream as unknown as StreamConnection)
  feed.subscribe(({ events }) => seen.push(...events.map((event) => event.seq)))
  feed.follow(ACCOUNT, 5)
})

const events = (...seqs: number[]): ServerFrame => ({
  type: 'account',
  account_id: ACCOUNT,
  items: seqs.map((seq) => ({ account_id: ACCOUNT, seq, type: 'order.new', time: '', data: {} })),
})

test('a reconnection resumes after the last event seen', () => {
  frame(events(6, 7))
  ready()
  expect(sent.at(-1)).toEqual({
    type: 'subscribe',
    channel: 'account',
    account_id: ACCOUNT,
    after: 7,
  })
})

test('events sent twice are taken once', () => {
  frame(events(6, 7))
  frame(events(6, 7, 8))
  expect(seen).toEqual([6, 7, 8])
})

test('after a gap nothing is taken until the missing events came', () => {
  frame(events(6, 9))
  expect(seen).toEqual([6])
  expect(sent.at(-1)).toMatchObject({ type: 'subscribe', after: 6 })
  frame(events(7, 8, 9))
  expect(seen).toEqual([6, 7, 8, 9])
})

test('events of an account that was left are ignored', () => {
  feed.follow('a-2', 0)
  frame(events(6))
  expect(seen).toEqual([])
})
