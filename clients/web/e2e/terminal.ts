import { expect, type Locator, type Page, test as untested } from '@playwright/test'
import { ARTIFACTS, account, type DemoUser, trader } from './demo'

/** Every test fails for an error that the page did not catch, whatever else it was about. */
export const test = untested.extend({
  page: async ({ page }, use) => {
    const uncaught: string[] = []
    page.on('pageerror', (error) => uncaught.push(error.message))
    await use(page)
    expect(uncaught).toEqual([])
  },
})

/** Fill in the login that is on screen. */
export async function signInAs(page: Page, user: DemoUser): Promise<void> {
  await page.getByLabel('Email').fill(user.email)
  await page.getByLabel('Password', { exact: true }).fill(user.password)
  await page.getByRole('button', { name: 'Sign in' }).click()
}

/** The terminal as a person uses it: by its labels. */
export class Terminal {
  readonly page: Page

  constructor(page: Page) {
    this.page = page
  }

  async signIn(): Promise<void> {
    await this.page.goto('/')
    await signInAs(this.page, trader)
    await this.page.getByLabel('Account', { exact: true }).first().waitFor()
    await this.page.getByRole('combobox', { name: 'Account' }).selectOption(account.id)
    await expect(this.page.getByText('Connection: Live')).toBeAttached()
  }

  /** The row of a symbol in the watchlist. */
  quote(symbol: string): Locator {
    return this.page
      .getByRole('row')
      .filter({ has: this.page.getByRole('button', { name: symbol, exact: true }) })
      .first()
  }

  async choose(symbol: string): Promise<void> {
    await this.page.getByRole('button', { name: symbol, exact: true }).first().click()
  }

  async setQuantity(units: string): Promise<void> {
    await this.page.getByRole('textbox', { name: 'Quantity' }).fill(units)
  }

  /** A deviation wide enough that no tick in between makes it a requote. */
  async tolerate(points: number): Promise<void> {
    await this.page.getByRole('button', { name: 'Instant', exact: true }).click()
    await this.page.getByRole('spinbutton', { name: 'Max deviation' }).fill(String(points))
  }

  /** Deal at the market and see that it is done. */
  async dealNow(side: 'Buy' | 'Sell', symbol: string, units: string): Promise<void> {
    await this.choose(symbol)
    await this.page.getByRole('button', { name: 'Market', exact: true }).click()
    await this.setQuantity(units)
    await this.deal(side, symbol).click()
    await expect(this.page.getByTestId('last-outcome')).toContainText('Order filled')
  }

  deal(side: 'Buy' | 'Sell', symbol: string): Locator {
    return this.page.getByRole('button', { name: new RegExp(`^${side} ${symbol} at `) })
  }

  async tab(name: string): Promise<void> {
    await this.page.getByRole('tab', { name }).click()
  }

  get positions(): Locator {
    return this.page.getByTestId('position-row')
  }

  /** Close what earlier runs left open, so that a test starts flat. */
  async flatten(): Promise<void> {
    await this.tab('Positions')
    await expect(this.page.getByText('No open positions.').or(this.positions.first())).toBeVisible()
    for (let left = await this.positions.count(); left > 0; left -= 1) {
      await this.positions
        .first()
        .getByRole('button', { name: /^Close (buy|sell)/ })
        .click()
      await expect(this.positions).toHaveCount(left - 1)
    }
  }

  /** A view of the phone's layout. */
  async view(name: 'Markets' | 'Trade' | 'Positions' | 'History'): Promise<void> {
    await this.page.getByRole('navigation', { name: 'Views' }).getByRole('button', { name }).click()
  }

  /** The words of the chart: figures of a candle, whose prices, where history begins. */
  get legend(): Locator {
    return this.page.locator('figcaption')
  }

  /** How many candles are on the chart. */
  async bars(): Promise<number> {
    return Number(await this.legend.getAttribute('data-bars'))
  }

  /** The pointer where it brings up no crosshair and no tooltip. */
  async rest(): Promise<void> {
    await this.page.mouse.move(1, 1)
  }

  async keep(name: string): Promise<void> {
    await this.page.screenshot({ path: `${ARTIFACTS}/${name}.png` })
  }
}
