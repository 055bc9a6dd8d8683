import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { authorisedApi } from './client'
import { quantity } from './decimals'
import type { Order, Position } from './model'
import { Trading } from './trading'

/** A server that asks once for a newer token, then answers everything. */
const heard: IncomingMessage[] = []
const server = createServer((request, response) => {
  heard.push(request)
  const known = request.headers.authorization === 'Bearer new'
  response.writeHead(known ? 200 : 401, { 'Content-Type': 'application/json' })
  response.end('{}')
})

let trading: Trading
beforeEach(async () => {
  heard.length = 0
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const tokens = { token: async () => 'old', renew: async () => 'new' }
  trading = new Trading(authorisedApi(tokens, `http://127.0.0.1:${port}`))
})
afterEach(async () => {
  server.closeAllConnections()
  await new Promise((closed) => server.close(closed))
})

const order = {
  client_order_id: 'c',
  symbol: 'EURUSD',
  side: 'buy',
  type: 'market',
  quantity: quantity('1000'),
} as const
const position = { id: 'p', account_id: 'a' } as Position
const opposite = { id: 'q', account_id: 'a' } as Position
const working = { id: 'o', account_id: 'a' } as Order

const COMMANDS: [string, () => Promise<unknown>][] = [
  ['POST /v1/accounts/a/orders', () => trading.placeOrder('a', 'key', order)],
  [
    'POST /v1/accounts/a/positions/p/close',
    () => trading.closePosition(position, 'key', { client_order_id: 'c' }),
  ],
  ['PATCH /v1/accounts/a/orders/o', () => trading.amendOrder(working, { version: 1 })],
  ['DELETE /v1/accounts/a/orders/o', () => trading.cancelOrder('a', 'o')],
  ['DELETE /v1/accounts/a/orders', () => trading.cancelAll('a')],
  ['PATCH /v1/accounts/a/positions/p', () => trading.protectPosition(position, {})],
  ['POST /v1/accounts/a/positions/p/reverse', () => trading.reverse(position, 'key')],
  ['POST /v1/accounts/a/positions/p/close-by', () => trading.closeBy(position, opposite, 'key')],
  ['POST /v1/accounts/a/positions/close-all', () => trading.closeAll('a', 'key')],
]

test.each(
  COMMANDS,
)('%s says that it comes from the web, also when sent again', async (path, send) => {
  await send()
  expect(heard.map(({ method, url }) => `${method} ${url}`)).toEqual([path, path])
  expect(heard.map(({ headers }) => headers['x-channel'])).toEqual(['web', 'web'])
})

test.each([
  ['an order', () => trading.placeOrder('a', 'key', order)],
  ['a reversal', () => trading.reverse(position, 'key')],
  ['a close by another', () => trading.closeBy(position, opposite, 'key')],
  ['a close of all', () => trading.closeAll('a', 'key')],
] as const)('%s sent again with a renewed token keeps its key', async (_, send) => {
  await send()
  expect(heard.map(({ headers }) => headers['idempotency-key'])).toEqual(['key', 'key'])
  expect(heard.map(({ headers }) => headers.authorization)).toEqual(['Bearer old', 'Bearer new'])
})
