import { fileURLToPath } from 'node:url'
import { expect } from '@playwright/test'
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
  for (const [side, symbol, units] of POSITIONS) await terminal.dealNow(side, symbol, units)
  await terminal.setQuantity('10000')
  await page.getByRole('button', { name: 'Instant', exact: true }).click()
  await terminal.rest()
  await page.waitForTimeout(AFTER_MS)
  await expect(terminal.positions).toHaveCount(POSITIONS.length)
  await page.screenshot({ path: PICTURE })
  await terminal.flatten()
})
