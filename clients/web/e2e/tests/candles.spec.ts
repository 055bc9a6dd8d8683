import { expect, type Page } from '@playwright/test'
import { Terminal, test } from '../terminal'

/** The candles a page asks for, as the query of each request. */
function candleRequests(page: Page): URLSearchParams[] {
  const requests: URLSearchParams[] = []
  page.on('request', (request) => {
    const url = new URL(request.url())
    if (url.pathname.endsWith('/candles')) requests.push(url.searchParams)
  })
  return requests
}

async function interval(page: Page, name: string): Promise<void> {
  await page
    .getByRole('group', { name: 'Interval' })
    .getByRole('button', { name, exact: true })
    .click()
}

test('history is on the chart after a reload, and its last candle moves', async ({ page }) => {
  const terminal = new Terminal(page)
  await terminal.signIn()
  await terminal.choose('EURUSD')
  await interval(page, '1s')
  await expect.poll(() => terminal.bars(), { timeout: 30_000 }).toBeGreaterThan(10)
  const before = await terminal.bars()
  await page.reload()
  await expect.poll(() => terminal.bars()).toBeGreaterThanOrEqual(before)
  await expect(terminal.legend).toContainText(/O \d.*H \d.*L \d.*C \d/)
  const figures = await terminal.legend.innerText()
  await expect(terminal.legend).not.toHaveText(figures, { timeout: 20_000 })
  await terminal.rest()
  await terminal.keep('candles-1s')
})

test('interval and price are switched by button and by key, and are found again', async ({
  page,
}) => {
  const requests = candleRequests(page)
  const terminal = new Terminal(page)
  await terminal.signIn()
  await terminal.choose('EURUSD')
  const wanted = () => requests.at(-1)
  for (const name of ['1s', '1m', '5m', '15m', '30m', '1h', '4h', '1d', '1w', '1M']) {
    await interval(page, name)
    await expect.poll(() => wanted()?.get('interval')).toBe(name)
    await expect.poll(() => terminal.bars()).toBeGreaterThan(0)
  }
  await expect(terminal.legend).toContainText('history begins')
  await terminal.keep('candles-1M')
  await page.keyboard.press('[')
  await expect.poll(() => wanted()?.get('interval')).toBe('1w')
  await page.keyboard.press(']')
  await expect.poll(() => wanted()?.get('interval')).toBe('1M')
  await interval(page, '1m')

  await page.getByRole('group', { name: 'Price' }).getByRole('button', { name: 'ask' }).click()
  await expect.poll(() => wanted()?.get('side')).toBe('ask')
  await expect(terminal.legend).toContainText('Ask')
  await page.keyboard.press('p')
  await expect.poll(() => wanted()?.get('side')).toBe('mid')
  // The middle of two prices has one digit more.
  await expect(terminal.legend).toContainText(/C 1\.\d{6}/)
  await terminal.keep('candles-mid')
  await page.reload()
  await expect(terminal.legend).toContainText('Mid')
  expect(wanted()?.get('interval')).toBe('1m')
  await page.keyboard.press('p')
  await expect(terminal.legend).toContainText('Bid')
})

test('the candles are those of the account: another group, other prices', async ({ page }) => {
  const requests = candleRequests(page)
  const terminal = new Terminal(page)
  await terminal.signIn()
  const accounts = page.getByRole('combobox', { name: 'Account' })
  await expect.poll(() => requests.at(-1)?.get('account_id')).toBe(await accounts.inputValue())
  await accounts.selectOption({ index: 1 })
  await expect.poll(() => requests.at(-1)?.get('account_id')).toBe(await accounts.inputValue())
  await expect.poll(() => terminal.bars()).toBeGreaterThan(0)
  await accounts.selectOption({ index: 0 })
})

const COUNT = 1_200
const MINUTE_MS = 60_000

test('older candles come when the chart is scrolled to its left edge', async ({ page }) => {
  // More history than a young platform has: minutes up to an hour ago.
  const end = Math.floor(Date.now() / MINUTE_MS - 60) * MINUTE_MS
  const history = Array.from({ length: COUNT }, (_, at) => {
    const [open, close] = [1.1 + at / 1e5, 1.1 + (at + 1) / 1e5].map((each) => each.toFixed(5))
    const time = new Date(end - (COUNT - at) * MINUTE_MS).toISOString()
    return { time, open, high: close, low: open, close, ticks: 1, complete: true, revision: 0 }
  })
  await page.route('**/candles?*', async (route) => {
    const query = new URL(route.request().url()).searchParams
    const [from, to] = [query.get('from') ?? '', query.get('to') ?? '9']
    const found = history.filter(({ time }) => time >= from && time < to)
    const limit = Number(query.get('limit'))
    const items = from ? found.slice(0, limit) : found.slice(-limit)
    await route.fulfill({ json: { items, next: null } })
  })
  const terminal = new Terminal(page)
  await terminal.signIn()
  await terminal.choose('EURUSD')
  await interval(page, '1m')
  await expect.poll(() => terminal.bars()).toBeGreaterThanOrEqual(500)
  await expect(terminal.legend).not.toContainText('history begins')
  const chart = await page.getByRole('figure').boundingBox()
  await page.mouse.move((chart?.x ?? 0) + 200, (chart?.y ?? 0) + 200)
  // A page is asked for when the edge comes into view, so the wheel turns until all have come.
  await expect(async () => {
    await page.mouse.wheel(-1_500, 0)
    expect(await terminal.bars()).toBeGreaterThanOrEqual(COUNT)
  }).toPass()
  await expect(terminal.legend).toContainText('history begins')
  const newest = page.getByRole('button', { name: 'Newest' })
  await expect(newest).toBeVisible()
  await page.keyboard.press('n')
  await expect(newest).toBeHidden()
})

test('a platform without history says so, and the chart fills live', async ({ page }) => {
  let held = true
  await page.route('**/candles?*', (route) =>
    held ? route.fulfill({ json: { items: [], next: null } }) : route.continue(),
  )
  await page.routeWebSocket(/\/v1\/stream$/, (client) => {
    const server = client.connectToServer()
    server.onMessage((message) => {
      if (!(held && message.includes('"candles"'))) client.send(message)
    })
  })
  const terminal = new Terminal(page)
  await terminal.signIn()
  await terminal.choose('EURUSD')
  await interval(page, '1s')
  await expect(page.getByText('No history yet. Candles begin with the next price.')).toBeVisible()
  await terminal.keep('candles-none')
  held = false
  await expect.poll(() => terminal.bars(), { timeout: 20_000 }).toBeGreaterThan(0)
  await expect(page.getByText('No history yet.')).toBeHidden()
})

test('a lost connection has what was missed read anew', async ({ page }) => {
  let cut: (() => void) | undefined
  await page.routeWebSocket(/\/v1\/stream$/, (client) => {
    const server = client.connectToServer()
    cut = () => {
      void server.close()
      void client.close({ code: 1011 })
    }
  })
  const requests = candleRequests(page)
  const terminal = new Terminal(page)
  await terminal.signIn()
  await terminal.choose('EURUSD')
  await interval(page, '1s')
  await expect.poll(() => terminal.bars()).toBeGreaterThan(0)
  requests.length = 0
  cut?.()
  await expect.poll(() => requests.some((query) => query.get('limit') === '5000')).toBe(true)
  const figures = await terminal.legend.innerText()
  await expect(terminal.legend).not.toHaveText(figures, { timeout: 20_000 })
})
