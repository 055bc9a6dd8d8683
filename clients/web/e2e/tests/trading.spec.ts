import { expect, type Page } from '@playwright/test'
import { Terminal, test } from '../terminal'

test('a trader watches a price, buys, sees position and fill, closes, and reads the transitions', async ({
  page,
}) => {
  const terminal = new Terminal(page)
  const channels = commandChannels(page)
  await terminal.signIn()

  // A price moves.
  const row = terminal.quote('EURUSD')
  const before = await row.innerText()
  await expect(row).not.toHaveText(before, { timeout: 20_000 })
  await terminal.choose('EURUSD')
  await terminal.flatten()

  // Buy 100,000 EURUSD at the price on the button.
  channels.length = 0
  await terminal.setQuantity('100k')
  await terminal.tolerate(200)
  await expect(page.getByText('1.00 lots').first()).toBeVisible()
  await terminal.deal('Buy', 'EURUSD').click()
  await expect(page.getByTestId('last-outcome')).toContainText('Bought 100,000 EURUSD at 1.')

  // The position is there, with a live P&L.
  await expect(terminal.positions).toHaveCount(1)
  await expect(terminal.positions).toContainText('100,000')
  await expect(page.getByTestId('position-pnl')).toHaveText(/^[+−]?\d/)
  await expect(page.getByTestId('level')).toContainText('%')
  await terminal.keep('position')

  // The fill is in the history.
  await terminal.tab('Fills')
  await expect(page.getByTestId('fill-row').first()).toContainText('EURUSD')
  await expect(page.getByTestId('fill-row').first()).toContainText('100,000')

  // Close a part, then the rest.
  await terminal.tab('Positions')
  await terminal.positions.getByRole('button', { name: /^Close part/ }).click()
  await page.getByLabel('Quantity to close').fill('40k')
  await page.getByRole('button', { name: 'Close 40,000' }).click()
  await expect(terminal.positions).toContainText('60,000')
  await terminal.positions.getByRole('button', { name: /^Close buy 60,000/ }).click()
  await expect(terminal.positions).toHaveCount(0)

  // The closing order shows the steps of its life.
  await terminal.tab('History')
  const order = page.getByTestId('history-row').first()
  await expect(order).toContainText('Filled')
  await order.getByRole('button', { name: /^Steps of order/ }).click()
  await expect(page.getByTestId('transition')).toContainText([
    'New',
    'Pending',
    'Accepted',
    'Working',
    'Filled',
  ])
  await terminal.keep('transitions')

  // What it earned or cost is in the ledger, and the events came live.
  await terminal.tab('Ledger')
  await expect(page.getByTestId('ledger-row').first()).toBeVisible()
  await terminal.tab('Events')
  await expect(
    page.getByTestId('event-row').filter({ hasText: 'Position closed' }),
  ).not.toHaveCount(0)

  // The house knows through which client it came: the order, the part closed, the rest.
  expect(channels).toEqual(['web', 'web', 'web'])
})

/** What every order command of the page says of where it comes from; a preview commands nothing. */
function commandChannels(page: Page): (string | undefined)[] {
  const channels: (string | undefined)[] = []
  page.on('request', (request) => {
    const command = request.method() !== 'GET' && request.url().includes('/v1/accounts/')
    const preview = request.url().endsWith('/preview')
    if (command && !preview) channels.push(request.headers()['x-channel'])
  })
  return channels
}

test('an order beyond the free margin is rejected in words', async ({ page }) => {
  const terminal = new Terminal(page)
  await terminal.signIn()
  await terminal.choose('EURUSD')
  await terminal.tolerate(200)
  await terminal.setQuantity('10m')
  await terminal.deal('Buy', 'EURUSD').click()
  await expect(page.getByTestId('last-outcome')).toContainText('Not enough free margin')
})

test('a key press sells, and the help lists the keys', async ({ page }) => {
  const terminal = new Terminal(page)
  await terminal.signIn()
  await terminal.choose('EURUSD')
  await terminal.flatten()
  await terminal.setQuantity('1000')
  await terminal.tolerate(200)
  await expect(terminal.deal('Sell', 'EURUSD')).toBeEnabled()
  await page.getByRole('spinbutton', { name: 'Max deviation' }).blur()
  await page.keyboard.press('Shift+S')
  await expect(page.getByTestId('last-outcome')).toContainText('Sold 1,000 EURUSD')
  await page.keyboard.press('?')
  await expect(page.getByRole('dialog', { name: 'Keyboard shortcuts' })).toBeVisible()
  await terminal.keep('help')
  await page.keyboard.press('Escape')
  await terminal.flatten()
})

test('an order whose answer is lost is executed once', async ({ page }) => {
  const terminal = new Terminal(page)
  await terminal.signIn()
  await terminal.choose('EURUSD')
  await terminal.flatten()
  await terminal.setQuantity('2000')
  await terminal.tolerate(200)
  const keys: (string | undefined)[] = []
  await page.route('**/orders', async (route) => {
    if (route.request().method() !== 'POST') return route.continue()
    keys.push(route.request().headers()['idempotency-key'])
    // The server executes the first order, but nobody hears of it.
    const answer = await route.fetch()
    return keys.length === 1 ? route.abort('connectionreset') : route.fulfill({ response: answer })
  })
  await terminal.deal('Buy', 'EURUSD').click()
  await expect(page.getByTestId('last-outcome')).toContainText('Bought 2,000 EURUSD')
  expect(keys).toHaveLength(2)
  expect(keys[0]).toBe(keys[1])
  await expect(terminal.positions).toHaveCount(1)
  await expect(terminal.positions).toContainText('2,000')
  await terminal.flatten()
})
