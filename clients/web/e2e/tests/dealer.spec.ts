import { expect, type Locator, type Page } from '@playwright/test'
import { ARTIFACTS, dealer, demo, trader } from '../demo'
import { expectAccessible, expectNoSidewaysScroll } from '../looks'
import { signInAs, Terminal, test } from '../terminal'

const PHONE = { width: 390, height: 844 }
const SCREENS = [
  { width: 1920, height: 1080 },
  { width: 1440, height: 900 },
  { width: 1024, height: 768 },
]

async function deal(page: Page): Promise<void> {
  await page.goto('/')
  await signInAs(page, dealer)
  await expect(symbolRow(page, 'EURUSD')).toContainText(/1\.\d{5}/)
}

const symbolRow = (page: Page, symbol: string): Locator =>
  page.getByTestId('symbol-row').filter({ hasText: symbol })
const rows = (page: Page) => page.getByTestId('symbol-row')
const lp = (page: Page, code: string) => page.getByTestId('lp-row').filter({ hasText: code })
const head = (page: Page, name: string) => page.getByRole('columnheader', { name })

async function book(page: Page, symbol: string): Promise<Locator> {
  await page.getByRole('button', { name: `Book of ${symbol}` }).click()
  return page.getByRole('region', { name: `Book of ${symbol}`, exact: true })
}

test('a dealer sees what each LP quotes and who stands behind each level', async ({ page }) => {
  await deal(page)
  expect(new URL(page.url()).pathname).toBe('/dealer')
  await expect(page.getByLabel('Order ticket')).toHaveCount(0)
  const panel = await book(page, 'EURUSD')
  await expect(panel.getByTestId('lp-quote')).toHaveCount(2)
  for (const code of ['lp-one', 'lp-two']) {
    await expect(panel.getByTestId('lp-quote').filter({ hasText: code })).toContainText('Live')
    await expect(panel.getByTestId('depth-row').filter({ hasText: code })).not.toHaveCount(0)
  }
  await expect(panel.getByTestId('depth-row').first()).toContainText(/lp-.*m.*1\.\d{5}/)
  await expect(lp(page, 'lp-one')).toContainText('Up')
  const figures = await symbolRow(page, 'BTCUSD').innerText()
  await expect(symbolRow(page, 'BTCUSD')).not.toHaveText(figures, { timeout: 20_000 })
  await page.reload()
  await expect(symbolRow(page, 'EURUSD')).toContainText('Tradable')
})

test('rows are sorted by their heads and found by name', async ({ page }) => {
  await deal(page)
  const all = await rows(page).count()
  await expect(head(page, 'Symbol')).toHaveAttribute('aria-sort', 'ascending')
  await expect(rows(page).first()).toContainText('AUDUSD')
  await page.getByRole('button', { name: 'Symbol', exact: true }).click()
  await expect(head(page, 'Symbol')).toHaveAttribute('aria-sort', 'descending')
  await expect(rows(page).first()).toContainText('XAUUSD')
  await page.getByRole('region', { name: 'Symbols' }).getByRole('button', { name: 'Bid' }).click()
  await expect(rows(page).last()).toContainText('BTCUSD')
  await page.keyboard.press('/')
  await page.keyboard.type('jpy')
  await expect(rows(page)).toHaveCount(3)
  await page.keyboard.press('Escape')
  await expect(rows(page)).toHaveCount(all)
  await page.keyboard.press('?')
  await expect(page.getByRole('dialog')).toContainText('Next symbol')
  await expect(page.getByRole('dialog')).not.toContainText('Buy')
})

test('what an LP sends and is not believed is counted by its reason', async ({ page, request }) => {
  await deal(page)
  await expect(lp(page, 'lp-two')).toContainText('Up')
  // The control door of the second simulator.
  const door = `http://127.0.0.1:${Number(new URL(demo.web).port) + 5}`
  const fault = { symbol: 'BTCUSD', seconds: 3 }
  const broken = await request.put(`${door}/faults/negative_price`, { data: fault })
  expect(broken.ok()).toBe(true)
  await expect(lp(page, 'lp-two')).toContainText(/Not positive [1-9]/, { timeout: 20_000 })
})

test('an LP that is down is shown down, in its row and in every book', async ({ page }) => {
  await page.route('**/v1/admin/liquidity', async (route) => {
    const response = await route.fetch()
    const { items, lps } = await response.json()
    for (const item of items)
      item.quotes = item.quotes.filter((each: { lp: string }) => each.lp !== 'lp-two')
    for (const each of lps) each.up = each.code !== 'lp-two'
    await route.fulfill({ response, json: { items, lps } })
  })
  await deal(page)
  await expect(lp(page, 'lp-two')).toContainText('Down')
  await expect(page.getByText('1 of 2 LPs up')).toBeVisible()
  await expect(symbolRow(page, 'EURUSD')).toContainText('1 of 1')
  const panel = await book(page, 'EURUSD')
  await expect(panel.getByTestId('lp-quote')).toHaveCount(1)
  await expect(panel.getByTestId('lp-silent')).toContainText('Down')
  await page.screenshot({ path: `${ARTIFACTS}/dealer-lp-down.png` })
})

test('the exposure is the largest first, from the side of the house, and says when it is old', async ({
  page,
}) => {
  const line = (symbol: string, book: string, net: string, notional: string) => {
    const units = { long: '0', short: net.replace('-', ''), net }
    return { symbol, book, ...units, notional, currency: 'USD', unrealized_pnl: '-6.12' }
  }
  const shown = {
    as_of: '2026-01-01T00:00:00Z',
    log_position: 7,
    stale: false,
    currency: 'USD',
    symbols: [line('EURUSD', 'A', '10000', '11213.00'), line('USDJPY', 'B', '-30000', '-30000.00')],
    currencies: [{ currency: 'EUR', amount: '10000', notional: '11213.00' }],
    groups: [{ group: 'standard', long: '0', short: '1', net: '-1.00', unrealized_pnl: null }],
  }
  await page.route('**/v1/admin/exposure', (route) => route.fulfill({ json: shown }))
  await deal(page)
  const panel = page.getByRole('region', { name: 'Exposure', exact: true })
  const lines = panel.getByTestId('exposure-row')
  await expect(lines).toHaveCount(4)
  await expect(lines.first()).toContainText(/USDJPY.*B book.*−30k.*short.*−30,000\.00.*−6\.12/)
  await expect(lines.first().locator('[data-side]')).toHaveAttribute('data-side', 'short')
  await expect(lines.nth(1).locator('[data-side]')).toHaveAttribute('data-side', 'long')
  await expect(lines.nth(3)).toContainText('standard')
  await expectAccessible(page)
  await page.screenshot({ path: `${ARTIFACTS}/dealer-exposure.png` })
  shown.stale = true
  await expect(lines.first()).toHaveAttribute('data-stale', 'true')
  await expect(panel).toContainText('Not current')
  await page.unroute('**/v1/admin/exposure')
  await expect(panel).not.toContainText('Not current')
})

test('what is not current says so, and is current again by itself', async ({ page }) => {
  await deal(page)
  await expect(page.getByText('Prices: Live')).toBeAttached()
  await page.route('**/v1/admin/liquidity', (route) => route.abort('connectionrefused'))
  await expect(page.getByText('Prices: Not current')).toBeAttached()
  await expect(symbolRow(page, 'EURUSD')).toHaveAttribute('data-stale', 'true')
  await page.unroute('**/v1/admin/liquidity')
  await expect(page.getByText('Prices: Live')).toBeAttached()
})

test('a hidden tab asks for nothing, and asks at once when it is back', async ({ page }) => {
  await deal(page)
  let asked = 0
  page.on('request', (request) => {
    if (request.url().endsWith('/v1/admin/liquidity')) asked += 1
  })
  await expect.poll(() => asked).toBeGreaterThan(1)
  await show(page, 'hidden')
  const before = asked
  await page.waitForTimeout(3_000)
  expect(asked - before).toBeLessThanOrEqual(1)
  await show(page, 'visible')
  await expect.poll(() => asked).toBeGreaterThan(before + 1)
})

async function show(page: Page, state: DocumentVisibilityState): Promise<void> {
  await page.evaluate((now) => {
    Object.defineProperty(document, 'visibilityState', { configurable: true, get: () => now })
    document.dispatchEvent(new Event('visibilitychange', { bubbles: true }))
  }, state)
}

test('a client is refused, and nothing is asked in his name', async ({ page }) => {
  const asked: string[] = []
  page.on('request', (request) => asked.push(new URL(request.url()).pathname))
  await page.goto('/dealer')
  await expect(page.getByRole('heading', { name: 'Sign in as staff' })).toBeVisible()
  await signInAs(page, trader)
  await expect(page.getByRole('alert')).toContainText('This page is for staff')
  await expect(rows(page)).toHaveCount(0)
  expect(asked.filter((path) => path.startsWith('/v1/admin'))).toEqual([])
  await expectAccessible(page)
  await page.screenshot({ path: `${ARTIFACTS}/dealer-refused.png` })
  await page.getByRole('link', { name: 'To the terminal' }).click()
  await expect(page.getByText('Connection: Live')).toBeAttached()
})

for (const scheme of ['dark', 'light'] as const) {
  test(`the dealer's page is accessible in ${scheme} colours`, async ({ page }) => {
    await deal(page)
    await book(page, 'EURUSD')
    if (scheme === 'light') await page.getByRole('button', { name: 'Switch to light' }).click()
    for (const screen of SCREENS) {
      await page.setViewportSize(screen)
      await new Terminal(page).rest()
      await expectNoSidewaysScroll(page)
      await page.screenshot({ path: `${ARTIFACTS}/dealer-${scheme}-${screen.width}.png` })
    }
    await expectAccessible(page)
  })
}

test("on a phone the dealer's views fit and are accessible", async ({ page }) => {
  await page.setViewportSize(PHONE)
  await deal(page)
  await page.screenshot({ path: `${ARTIFACTS}/dealer-phone-symbols.png` })
  await expectNoSidewaysScroll(page)
  await expectAccessible(page)
  const panel = await book(page, 'EURUSD')
  await expect(panel.getByTestId('depth-row').first()).toBeVisible()
  for (const view of ['Book', 'LPs', 'Exposure']) {
    await page
      .getByRole('navigation', { name: 'Views' })
      .getByRole('button', { name: view })
      .click()
    await expectNoSidewaysScroll(page)
    await expectAccessible(page)
    await page.screenshot({ path: `${ARTIFACTS}/dealer-phone-${view.toLowerCase()}.png` })
  }
})
