import AxeBuilder from '@axe-core/playwright'
import { expect, type Page } from '@playwright/test'

const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'best-practice']

export async function expectAccessible(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).withTags(RULES).analyze()
  expect(
    violations.map(({ id, nodes }) => `${id}: ${nodes.map((n) => n.target).join(' | ')}`),
  ).toEqual([])
}

/** Nothing may stick out sideways: neither the page nor a pane of it can be panned. */
export async function expectNoSidewaysScroll(page: Page): Promise<void> {
  const wide = await page.evaluate(() =>
    [document.documentElement, ...document.querySelectorAll('section, aside, main, header')]
      .filter((pane) => pane.scrollWidth > pane.clientWidth)
      .map((pane) => pane.getAttribute('aria-label') ?? pane.tagName),
  )
  expect(wide).toEqual([])
}
