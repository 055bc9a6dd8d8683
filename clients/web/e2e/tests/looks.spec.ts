import { expect, type Page } from '@playwright/test'
import { expectAccessible, expectNoSidewaysScroll } from '../looks'
import { Terminal, test } from '../terminal'

const PHONE = { width: 390, height: 844 }
const DESK = { width: 1440, height: 900 }
/** From a large desk to the narrowest that still has all panes, a tablet, and a small phone. */
const SCREENS = [
  { width: 1920, height: 1080 },
  DESK,
  { width: 1280, height: 720 },
  { width: 1024, height: 768 },
  { width: 920, height: 700 },
  { width: 820, height: 1180 },
  { width: 360, height: 640 },
]
/** The account's figures end before the connection's state begins. */
async function expectTopBarApart(page: Page): Promise<void> {
  const figures = await page.getByTestId('level').boundingBox()
  const state = await page.getByRole('button', { name: 'Live' }).boundingBox()
  expect((figures?.x ?? 0) + (figures?.width ?? 0)).toBeLessThan(state?.x ?? 0)
}

/** A protected position, an order that waits, one that was refused: a row in every table. */
async function trade(terminal: Terminal): Promise<void> {
  await terminal.flatten()
  await terminal.choose('EURUSD')
  await terminal.page.getByLabel('Stop loss', { exact: true }).fill('30')
  await terminal.page.getByLabel('Take profit', { exact: true }).fill('45')
  await terminal.dealNow('Buy', 'EURUSD', '30000')
  await terminal.orderType('Limit')
  await terminal.page
    .getByRole('textbox', { name: 'Limit price', exact: true })
    .fill(await terminal.pipsFromBid('EURUSD', -25))
  await terminal.place('Buy', 'limit', 'EURUSD').click()
  await expect(terminal.page.getByTestId('last-outcome')).toContainText('Order placed')
  await terminal.orderType('Market')
  await terminal.setQuantity('10m')
  await terminal.deal('Buy', 'EURUSD').click()
  await expect(terminal.page.getByTestId('last-outcome')).toContainText('Rejected')
  await terminal.setQuantity('10000')
  await terminal.rest()
}

test('the login is accessible', async ({ page }) => {
  await page.goto('/')
  await page.getByLabel('Email').waitFor()
  await new Terminal(page).keep('login')
  await expectAccessible(page)
})

for (const scheme of ['dark', 'light'] as const) {
  test(`the terminal is accessible in ${scheme} colours`, async ({ page }) => {
    const terminal = new Terminal(page)
    await terminal.signIn()
    await trade(terminal)
    if (scheme === 'light') {
      await page.getByRole('button', { name: 'Switch to light colours' }).click()
      await terminal.rest()
    }
    await expect(terminal.quote('EURUSD')).toContainText(/\d/)
    await expect(page.locator('canvas').first()).toBeVisible()
    await expect(page.locator('figcaption')).toContainText(/O \d.*H \d.*L \d.*C \d/)
    for (const tab of ['History', 'Fills', 'Ledger', 'Events', 'Orders', 'Positions']) {
      await terminal.tab(tab)
      await expect(page.getByRole('tabpanel').locator('tbody tr').first()).toBeVisible()
      await expectNoSidewaysScroll(page)
      await terminal.keep(`desk-${scheme}-${tab.toLowerCase()}`)
    }
    await expectAccessible(page)
    await terminal.flatten()
  })
}

test('on a phone every view fits, trades within reach, and is accessible', async ({ page }) => {
  const terminal = new Terminal(page)
  await terminal.signIn()
  await trade(terminal)
  await page.setViewportSize(PHONE)
  await expect(terminal.quote('EURUSD')).toContainText(/\d/)
  await terminal.choose('EURUSD')
  await expect(terminal.deal('Buy', 'EURUSD')).toBeInViewport()
  await expect(page.locator('canvas').first()).toBeVisible()
  for (const view of ['Trade', 'Markets', 'Positions', 'History'] as const) {
    await terminal.view(view)
    await expectNoSidewaysScroll(page)
    await terminal.keep(`phone-${view.toLowerCase()}`)
    await expectAccessible(page)
  }
  for (const tab of ['Fills', 'Ledger', 'Events']) {
    await terminal.tab(tab)
    await expect(page.getByRole('tabpanel').locator('tbody tr').first()).toBeVisible()
    await expectNoSidewaysScroll(page)
    await terminal.keep(`phone-${tab.toLowerCase()}`)
  }
  await expectAccessible(page)
  await page.setViewportSize(DESK)
  await terminal.flatten()
})

test('on no screen does anything stick out or lie on something else', async ({ page }) => {
  const terminal = new Terminal(page)
  await terminal.signIn()
  await trade(terminal)
  for (const screen of SCREENS) {
    await page.setViewportSize(screen)
    await expect(terminal.quote('EURUSD').or(terminal.deal('Buy', 'EURUSD')).first()).toBeVisible()
    await expectNoSidewaysScroll(page)
    const phone = await page.getByRole('navigation', { name: 'Views' }).isVisible()
    if (!phone) await expectTopBarApart(page)
    await terminal.keep(`screen-${screen.width}`)
  }
  await page.setViewportSize(DESK)
  await terminal.flatten()
})
