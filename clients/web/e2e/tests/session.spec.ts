import { expect } from '@playwright/test'
import { trader } from '../demo'
import { Terminal, test } from '../terminal'

test('a wrong password is told in words', async ({ page }) => {
  await page.goto('/')
  await page.getByLabel('Email').fill(trader.email)
  await page.getByLabel('Password', { exact: true }).fill('not the password')
  await page.getByRole('button', { name: 'Sign in' }).click()
  await expect(page.getByRole('alert')).toHaveText('The email or the password is not right.')
})

test('a session survives a reload and a second tab, and signing out ends it in both', async ({
  page,
  context,
}) => {
  const terminal = new Terminal(page)
  await terminal.signIn()
  await page.reload()
  await expect(page.getByText('Connection: Live')).toBeAttached()
  const second = await context.newPage()
  await second.goto('/')
  await expect(second.getByText('Connection: Live')).toBeAttached()
  await second.getByRole('button', { name: 'Sign out' }).click()
  await expect(second.getByRole('heading', { name: 'Sign in to trade' })).toBeVisible()
  await expect(page.getByRole('heading', { name: 'Sign in to trade' })).toBeVisible()
})

test('nothing the page does is an error in the console', async ({ page }) => {
  const errors: string[] = []
  page.on('console', (message) => message.type() === 'error' && errors.push(message.text()))
  page.on('pageerror', (error) => errors.push(error.message))
  const terminal = new Terminal(page)
  await terminal.signIn()
  for (const tab of ['Orders', 'History', 'Fills', 'Ledger', 'Events', 'Positions']) {
    await terminal.tab(tab)
  }
  await expect(page.locator('canvas').first()).toBeVisible()
  expect(errors).toEqual([])
})

test('each account shows its own money, at the prices of its own group', async ({ page }) => {
  const terminal = new Terminal(page)
  await terminal.signIn()
  for (const { id, currency } of trader.accounts) {
    await page.getByRole('combobox', { name: 'Account' }).selectOption(id)
    await expect(page.getByLabel(`Account in ${currency}`)).toBeVisible()
    await expect(terminal.quote('EURUSD')).toContainText(/1\.\d/)
    await terminal.tab('Ledger')
    await expect(page.getByTestId('ledger-row').last()).toContainText('Deposit')
  }
})

test('a lost connection says so and comes back by itself', async ({ page }) => {
  let cut: (() => void) | undefined
  await page.routeWebSocket(/\/v1\/stream$/, (client) => {
    const server = client.connectToServer()
    cut = () => {
      void server.close()
      void client.close({ code: 1011 })
    }
  })
  const terminal = new Terminal(page)
  await terminal.signIn()
  await expect(terminal.quote('EURUSD')).toContainText(/1\.\d/)
  const said = page.getByText(/^Connection: (Reconnecting|Connecting)$/)
  const seen = said.waitFor({ state: 'attached' })
  cut?.()
  await seen
  await expect(page.getByText('Connection: Live')).toBeAttached()
  const before = await terminal.quote('EURUSD').innerText()
  await expect(terminal.quote('EURUSD')).not.toHaveText(before, { timeout: 20_000 })
})
