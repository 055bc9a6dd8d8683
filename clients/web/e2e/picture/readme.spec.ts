import { fileURLToPath } from 'node:url'
import { expect, type Page } from '@playwright/test'
import { Terminal, test } from '../terminal'

const PICTURE = fileURLToPath(new URL('../../../../docs/images/terminal.png', import.meta.url))
/** How long prices move before and after the positions are opened: a chart full of seconds. */
const BEFORE_MS = 90_000
const AFTER_MS = 60_000
const POSITIONS = [
  ['Buy', 'USDJPY', '30000'],
  ['Sell', 'XAUUSD', '10'],
  ['Sell', 'GBPUSD', '20000'],
  ['Buy', 'EURUSD', '40000'],
] as const

test('the terminal with a few positions and minutes of candles', async ({ page }) => {
  const terminal = new Terminal(page)
  await terminal.signIn()
  await terminal.choose('EURUSD')
  await terminal.flatten()
  await page.getByRole('group', { name: 'Interval' }).getByRole('button', { name: '1s' }).click()
  await page.waitForTimeout(BEFORE_MS)
  for (const [side, symbol, units] of POSITIONS) {
    await terminal.choose(symbol)
    if (symbol === 'EURUSD') await protect(page)
    await terminal.dealNow(side, symbol, units)
  }
  await terminal.setQuantity('10000')
  await terminal.within('Execution', 'Instant').click()
  await page.getByRole('switch', { name: 'One-click on' }).click()
  await terminal.rest()
  await page.waitForTimeout(AFTER_MS)
  await expect(terminal.positions).toHaveCount(POSITIONS.length)
  await page.screenshot({ path: PICTURE })
  await terminal.flatten()
})

/** Levels near enough to be on the chart. */
async function protect(page: Page): Promise<void> {
  await page.getByLabel('Stop loss', { exact: true }).fill('8')
  await page.getByLabel('Take profit', { exact: true }).fill('7')
}
