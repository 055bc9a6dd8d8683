import { fileURLToPath } from 'node:url'
import { expect } from '@playwright/test'
import { dealer, demo } from '../demo'
import { signInAs, Terminal, test } from '../terminal'

const PICTURE = fileURLToPath(new URL('../../../../docs/images/dealer.png', import.meta.url))
/** Offsets of the control doors from the platform's port, and what goes wrong behind each. */
const FAULTS = [
  [5, 'negative_price', { symbol: 'BTCUSD', seconds: 8 }],
  [5, 'crossed', { symbol: 'US500', seconds: 8 }],
  [4, 'empty_snapshot', { symbol: 'NZDUSD', seconds: 30 }],
  [5, 'empty_snapshot', { symbol: 'NZDUSD', seconds: 30 }],
] as const

test("the dealer's page, with quotes that are not believed and a symbol without any", async ({
  page,
  request,
}) => {
  await page.goto('/')
  await signInAs(page, dealer)
  await page.getByRole('button', { name: 'Book of EURUSD' }).click()
  const port = Number(new URL(demo.web).port)
  for (const [offset, name, data] of FAULTS) {
    await request.put(`http://127.0.0.1:${port + offset}/faults/${name}`, { data })
  }
  const row = page.getByTestId('lp-row').filter({ hasText: 'lp-two' })
  await expect(row).toContainText(/Not positive [1-9]/, { timeout: 20_000 })
  await expect(row).toContainText(/Crossed [1-9]/, { timeout: 20_000 })
  const quiet = page.getByTestId('symbol-row').filter({ hasText: 'NZDUSD' })
  await expect(quiet).toHaveAttribute('data-stale', 'true', { timeout: 20_000 })
  await page.waitForTimeout(10_000)
  await new Terminal(page).rest()
  await page.screenshot({ path: PICTURE })
})
