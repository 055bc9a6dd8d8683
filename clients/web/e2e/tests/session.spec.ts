import { expect, test } from '@playwright/test'
import { trader } from '../demo'
import { Terminal } from '../terminal'

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
  for (const tab of ['Orders', 'Fills', 'Ledger', 'Events', 'Positions']) await terminal.tab(tab)
  await expect(page.locator('canvas').first()).toBeVisible()
  expect(errors).toEqual([])
})
