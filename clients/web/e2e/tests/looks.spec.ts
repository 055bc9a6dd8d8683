import AxeBuilder from '@axe-core/playwright'
import { expect, type Page, test } from '@playwright/test'
import { Terminal } from '../terminal'

const PHONE = { width: 390, height: 844 }
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'best-practice']

async function expectAccessible(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).withTags(RULES).analyze()
  expect(
    violations.map(({ id, nodes }) => `${id}: ${nodes.map((n) => n.target).join(' | ')}`),
  ).toEqual([])
}

/** Nothing may stick out sideways: a page that can be panned is not a phone layout. */
async function expectNoSidewaysScroll(page: Page): Promise<void> {
  const over = await page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  )
  expect(over).toBe(0)
}

test('the login is accessible', async ({ page }) => {
  await page.goto('/')
  await page.getByLabel('Email').waitFor()
  await expectAccessible(page)
})

for (const scheme of ['dark', 'light'] as const) {
  test(`the terminal is accessible in ${scheme} colours`, async ({ page }) => {
    const terminal = new Terminal(page)
    await terminal.signIn()
    if (scheme === 'light') {
      await page.getByRole('button', { name: 'Switch to light colours' }).click()
    }
    await expect(terminal.quote('EURUSD')).toContainText(/\d/)
    await expect(page.locator('canvas').first()).toBeVisible()
    await expectNoSidewaysScroll(page)
    await terminal.keep(`desk-${scheme}`)
    await expectAccessible(page)
  })
}

test('on a phone every view fits, trades within reach, and is accessible', async ({ page }) => {
  await page.setViewportSize(PHONE)
  const terminal = new Terminal(page)
  await terminal.signIn()
  await expect(terminal.quote('EURUSD')).toContainText(/\d/)
  await terminal.keep('phone-markets')
  await terminal.choose('EURUSD')
  await expect(terminal.deal('Buy', 'EURUSD')).toBeInViewport()
  for (const view of ['Markets', 'Trade', 'Positions', 'History']) {
    await page
      .getByRole('navigation', { name: 'Views' })
      .getByRole('button', { name: view })
      .click()
    await expectNoSidewaysScroll(page)
    await terminal.keep(`phone-${view.toLowerCase()}`)
    await expectAccessible(page)
  }
})
