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

  /** Most tests are not about being asked again, so that one click deals in them. */
  async signIn({ oneClick = true, user = trader, of = account } = {}): Promise<void> {
    await this.page.addInitScript(
      (state) => {
        const key = 'tradewind.preferences'
        localStorage.setItem(
          key,
          localStorage.getItem(key) ?? JSON.stringify({ state, version: 1 }),
        )
      },
      { oneClick },
    )
    await this.page.goto('/')
    await signInAs(this.page, user)
    await this.page.getByLabel('Account', { exact: true }).first().waitFor()
    await this.page.getByRole('combobox', { name: 'Account' }).selectOption(of.id)
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
    await this.within('Execution', 'Instant').click()
    await this.page.getByRole('spinbutton', { name: 'Max deviation' }).fill(String(points))
  }

  /** Deal at the market and see that it is done. */
  async dealNow(side: 'Buy' | 'Sell', symbol: string, units: string): Promise<void> {
    await this.choose(symbol)
    await this.orderType('Market')
    await this.within('Execution', 'Market').click()
    await this.setQuantity(units)
    await this.deal(side, symbol).click()
    await expect(this.page.getByTestId('last-outcome')).toContainText('Order filled')
  }

  async orderType(name: 'Market' | 'Limit' | 'Stop' | 'Stop-limit' | 'MIT'): Promise<void> {
    await this.within('Order type', name).click()
  }

  /** A choice of a group of them. */
  within(group: string, name: string): Locator {
    return this.page.getByRole('group', { name: group }).getByRole('button', { name, exact: true })
  }

  /** The button of an order that waits for its price. */
  place(side: 'Buy' | 'Sell', kind: string, symbol: string): Locator {
    return this.page.getByRole('button', { name: new RegExp(`^${side} ${kind} ${symbol} at `) })
  }

  /** A price so many pips from the bid on screen. */
  async pipsFromBid(symbol: string, pips: number): Promise<string> {
    const row = await this.quote(symbol).innerText()
    const bid = /\d+\.\d+/.exec(row)?.[0] ?? ''
    const decimals = bid.split('.')[1]?.length ?? 0
    return (Number(bid) + pips * 10 ** (1 - decimals)).toFixed(decimals)
  }

  get orders(): Locator {
    return this.page.getByTestId('order-row')
  }

  /** Answer the question of what was just asked for. */
  async confirm(action: string): Promise<void> {
    await this.page.getByRole('dialog').getByRole('button', { name: action, exact: true }).click()
    await expect(this.page.getByRole('dialog')).toHaveCount(0)
  }

  deal(side: 'Buy' | 'Sell', symbol: string): Locator {
    return this.page.getByRole('button', { name: new RegExp(`^${side} ${symbol} at `) })
  }

  async tab(name: string): Promise<void> {
    await this.page.getByRole('tab', { name: new RegExp(`^${name}`) }).click()
  }

  get positions(): Locator {
    return this.page.getByTestId('position-row')
  }

  /** Close and cancel what earlier runs left open, so that a test starts flat. */
  async flatten(): Promise<void> {
    await this.clear('Orders', 'No open orders.', this.orders, 'Cancel all')
    await this.clear('Positions', 'No open positions.', this.positions, 'Close all')
  }

  private async clear(tab: string, empty: string, rows: Locator, action: string): Promise<void> {
    await this.tab(tab)
    const none = this.page.getByText(empty)
    await expect(none.or(rows.first())).toBeVisible()
    const all = this.page.getByRole('button', { name: action })
    // What protects a position is no order to be cancelled, and goes with it.
    if ((await none.isVisible()) || !(await all.isVisible())) return
    await all.click()
    await this.confirm(action)
    await expect(all).toHaveCount(0)
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
