import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { authorisedApi } from './client'
import { quantity } from './decimals'
import type { Position } from './model'
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
  quantity: quantity('1000'),
} as const
const position = { id: 'p', account_id: 'a' } as Position

const COMMANDS: [string, () => Promise<unknown>][] = [
  ['POST /v1/accounts/a/orders', () => trading.placeOrder('a', 'key', order)],
  [
    'POST /v1/accounts/a/positions/p/close',
    () => trading.closePosition(position, 'key', { client_order_id: 'c' }),
  ],
  ['DELETE /v1/accounts/a/orders/o', () => trading.cancelOrder('a', 'o')],
]

test.each(
  COMMANDS,
)('%s says that it comes from the web, also when sent again', async (path, send) => {
  await send()
  expect(heard.map(({ method, url }) => `${method} ${url}`)).toEqual([path, path])
  expect(heard.map(({ headers }) => headers['x-channel'])).toEqual(['web', 'web'])
})

test('a command sent again with a renewed token keeps its key', async () => {
  await trading.placeOrder('a', 'key', order)
  expect(heard.map(({ headers }) => headers['idempotency-key'])).toEqual(['key', 'key'])
  expect(heard.map(({ headers }) => headers.authorization)).toEqual(['Bearer old', 'Bearer new'])
})
