import { expect, type Page } from '@playwright/test'
import { type DemoUser, demo } from '../demo'
import { Terminal, test } from '../terminal'

const SYMBOL = 'EURUSD'

async function begin(page: Page, oneClick = false): Promise<Terminal> {
  const terminal = new Terminal(page)
  await terminal.signIn({ oneClick })
  await terminal.choose(SYMBOL)
  await terminal.flatten()
  await terminal.setQuantity('10000')
  return terminal
}

/** Place a limit order so many pips from the market and see it among the orders. */
async function placeLimit(terminal: Terminal, pips: number): Promise<string> {
  const { page } = terminal
  const price = await terminal.pipsFromBid(SYMBOL, pips)
  await terminal.orderType('Limit')
  await page.getByRole('textbox', { name: 'Limit price', exact: true }).fill(price)
  await terminal.place(pips < 0 ? 'Buy' : 'Sell', 'limit', SYMBOL).click()
  return price
}

/** Change a value in its cell. */
async function change(page: Page, label: RegExp, text: string): Promise<void> {
  await page.getByRole('button', { name: label }).dblclick()
  await page.getByRole('textbox', { name: label }).fill(text)
  await page.keyboard.press('Enter')
}

test('a limit order is placed after a question, amended in its row, and cancelled', async ({
  page,
}) => {
  const terminal = await begin(page)
  const price = await placeLimit(terminal, -30)
  const question = page.getByRole('dialog', { name: 'Buy limit 10,000 EURUSD' })
  await expect(question).toContainText(`Price: ${price}`)
  await terminal.keep('question')
  await page.keyboard.press('Enter')
  await expect(page.getByTestId('last-outcome')).toContainText(
    `Buy limit 10,000 EURUSD at ${price}`,
  )

  await terminal.tab('Orders')
  await expect(terminal.orders).toHaveCount(1)
  await expect(terminal.orders).toContainText(price)
  await expect(page.getByTestId('level-after')).toContainText('%')

  // Escape leaves it, Enter sends it.
  const cell = page.getByRole('button', { name: /^Limit price of order/ })
  await cell.focus()
  await page.keyboard.press('Enter')
  await page.keyboard.type('1')
  await page.keyboard.press('Escape')
  await expect(cell).toHaveText(price)
  const lower = await terminal.pipsFromBid(SYMBOL, -45)
  await change(page, /^Limit price of order/, lower)
  await expect(cell).toHaveText(lower)
  await change(page, /^Stop loss of order/, '20p')
  await expect(page.getByRole('button', { name: /^Stop loss of order/ })).toHaveText('20 pips')
  await change(page, /^Quantity of order/, '20k')
  await expect(page.getByRole('button', { name: /^Quantity of order/ })).toHaveText('20,000')
  await terminal.keep('orders')

  await terminal.orders.getByRole('button', { name: /^Cancel order/ }).click()
  await expect(terminal.orders).toHaveCount(0)
  await terminal.tab('History')
  const ended = page.getByTestId('history-row').first()
  await expect(ended).toContainText('Cancelled by you')
  await expect(ended).toContainText('20,000')
})

test('an order is written and placed by keys alone', async ({ page }) => {
  const terminal = await begin(page, true)
  const price = await terminal.pipsFromBid(SYMBOL, -30)
  await page.getByRole('textbox', { name: 'Quantity' }).blur()
  await page.keyboard.press('o')
  await page.keyboard.press('e')
  await page.keyboard.type(price)
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('Escape')
  await page.keyboard.press('l')
  await page.keyboard.press('ArrowUp')
  await page.keyboard.press('ArrowUp')
  await page.keyboard.press('Escape')
  await page.keyboard.press('q')
  await page.keyboard.type('3k')
  await page.keyboard.press('Escape')
  await page.keyboard.press('Shift+B')
  const lower = (Number(price) - 0.0001).toFixed(5)
  const placed = `Buy limit 3,000 EURUSD at ${lower}`
  await expect(page.getByTestId('last-outcome')).toContainText(placed)
  await page.keyboard.press('2')
  await expect(page.getByRole('button', { name: /^Stop loss of order/ })).toHaveText('21 pips')
  await terminal.flatten()
})

test('who amends an order that has changed meanwhile is told how', async ({ page }) => {
  const terminal = await begin(page, true)
  await placeLimit(terminal, -30)
  await terminal.tab('Orders')
  const label = /^Limit price of order/
  const cell = page.getByRole('button', { name: label })
  await cell.dblclick()
  const other = await page.context().newPage()
  const elsewhere = new Terminal(other)
  await other.goto('/')
  await elsewhere.tab('Orders')
  const theirs = await terminal.pipsFromBid(SYMBOL, -40)
  await change(other, label, theirs)
  await expect(other.getByRole('button', { name: label })).toHaveText(theirs)
  await page.getByRole('textbox', { name: label }).fill(await terminal.pipsFromBid(SYMBOL, -50))
  await page.keyboard.press('Enter')
  await expect(page.getByText(`→ ${theirs}`, { exact: false })).toBeVisible()
  await expect(cell).toHaveText(theirs)
  await terminal.keep('conflict')
  await terminal.flatten()
})

test('what only rests until a time, and what is linked, says so', async ({ page }) => {
  const terminal = await begin(page, true)
  await placeLimit(terminal, -30)
  await terminal.tab('Orders')
  await expect(terminal.orders).toHaveCount(1)
  await page.getByText('More', { exact: true }).click()
  await page.getByLabel('Time in force').selectOption('gtd')
  await page.getByLabel('OCO with: Cancels, or is cancelled by').selectOption({ index: 1 })
  await placeLimit(terminal, 30)
  await expect(terminal.orders).toHaveCount(2)
  await expect(terminal.orders.filter({ hasText: 'GTD' })).toHaveCount(1)
  await page.getByRole('button', { name: 'Cancel all' }).click()
  await terminal.confirm('Cancel all')
  await expect(terminal.orders).toHaveCount(0)
  await expect(page.getByText('2 orders cancelled.')).toBeVisible()
})

test('a protected position shows its levels, and a dragged line moves one', async ({ page }) => {
  const terminal = await begin(page)
  await page.getByLabel('Stop loss', { exact: true }).fill('5')
  await page.getByLabel('Take profit', { exact: true }).fill('5')
  await terminal.tolerate(200)
  await terminal.deal('Buy', SYMBOL).click()
  await terminal.confirm('Buy')
  await terminal.tab('Positions')
  await expect(terminal.positions).toHaveCount(1)
  const stop = page.getByRole('button', { name: /^Stop loss of buy/ })
  await expect(stop).toHaveText(/^1\.\d{5}$/)
  await expect(page.getByRole('button', { name: /^Take profit of buy/ })).toHaveText(/^1\.\d{5}$/)
  await page.getByRole('button', { name: /^Details of buy/ }).click()
  await expect(page.getByTestId('protective-order')).toHaveText([/Stop loss/, /Take profit/])
  await terminal.keep('protected')

  const before = await stop.innerText()
  await dragLowest(page, 25, 'Escape')
  await expect(page.getByRole('dialog')).toHaveCount(0)
  await expect(stop).toHaveText(before)
  await dragLowest(page, 25)
  await expect(page.getByRole('dialog', { name: 'Move the stop loss?' })).toContainText(before)
  await terminal.confirm('Move it')
  await expect(stop).not.toHaveText(before)
  expect(Number(await stop.innerText())).toBeLessThan(Number(before))

  // Nothing typed takes a level away, and its order with it.
  await change(page, /^Take profit of buy/, '')
  await expect(page.getByTestId('protective-order')).toHaveCount(1)
  await terminal.flatten()
})

/** Take the lowest line and move it down; where a line is, the pointer says that it can be moved. */
async function dragLowest(page: Page, down: number, key?: string): Promise<void> {
  const chart = page.getByTestId('chart')
  const box = await chart.boundingBox()
  if (box === null) throw new Error('no chart')
  const [x, bottom] = [box.x + 200, box.y + box.height - 30]
  let y = bottom
  do {
    y -= 3
    await page.mouse.move(x, y)
  } while (y > box.y && (await chart.evaluate((each) => each.style.cursor)) !== 'ns-resize')
  await page.mouse.down()
  await page.mouse.move(x, y + down / 2)
  await page.mouse.move(x, y + down)
  if (key) await page.keyboard.press(key)
  await page.mouse.up()
}

test('one click deals from the list of markets once it is turned on, and says so', async ({
  page,
}) => {
  const terminal = await begin(page)
  const quick = page.getByRole('button', { name: /^Buy 10,000 EURUSD at 1/ })
  await expect(quick).toHaveCount(0)
  await page.getByRole('switch', { name: 'One-click off' }).click()
  await terminal.keep('one-click-question')
  await terminal.confirm('Turn it on')
  await expect(page.getByText('One-click: prices deal at once')).toBeVisible()
  await terminal.tolerate(200)
  await quick.click()
  await terminal.tab('Positions')
  await expect(terminal.positions).toHaveCount(1)
  await terminal.rest()
  await terminal.keep('one-click')

  // It asked for the price that was shown.
  await terminal.tab('Fills')
  await page.getByRole('button', { name: 'Receipt of Buy 10,000 EURUSD' }).first().click()
  await expect(page.getByRole('dialog')).toContainText(/Price asked for1\.\d{5}/)
  await page.keyboard.press('Escape')

  // It is remembered, until it is turned off.
  await page.reload()
  await expect(quick).toBeVisible()
  await page.getByRole('button', { name: 'Turn off' }).click()
  await expect(quick).toHaveCount(0)
  await terminal.flatten()
})

test('a position is reversed, and all are closed, each after a question', async ({ page }) => {
  const terminal = await begin(page, true)
  await terminal.dealNow('Buy', SYMBOL, '10000')
  await terminal.dealNow('Sell', 'GBPUSD', '10000')
  await page.getByRole('switch').click()
  await terminal.tab('Positions')
  await page.getByRole('button', { name: 'Reverse buy 10,000 EURUSD' }).click()
  await terminal.confirm('Reverse')
  await expect(page.getByRole('button', { name: 'Reverse sell 10,000 EURUSD' })).toBeVisible()
  await page.getByRole('button', { name: 'Close all' }).click()
  await expect(page.getByRole('dialog')).toContainText('2 positions')
  await page.keyboard.press('Escape')
  await expect(terminal.positions).toHaveCount(2)
  await page.getByRole('button', { name: 'Close all' }).click()
  await terminal.confirm('Close all')
  await expect(terminal.positions).toHaveCount(0)
})

test('a receipt says of a fill what was seen, what was paid, and when', async ({ page }) => {
  const terminal = await begin(page, true)
  await terminal.dealNow('Buy', SYMBOL, '10000')
  await terminal.tab('Fills')
  await page.getByRole('button', { name: 'Receipt of Buy 10,000 EURUSD' }).first().click()
  const receipt = page.getByRole('dialog', { name: 'Receipt: Buy 10,000 EURUSD' })
  await expect(receipt).toContainText(/10,000 at 1\.\d{5}/)
  for (const words of ['Slippage', 'Markup in the price', 'Order received', 'Booked']) {
    await expect(receipt).toContainText(words)
  }
  await terminal.keep('receipt')
  await page.keyboard.press('Escape')
  await terminal.flatten()
})

/** A client who may hold both sides of a symbol at once. */
function hedger() {
  const isHedging = ({ position_mode }: { position_mode: string }) => position_mode === 'hedging'
  const user = demo.users.find(({ accounts }) => accounts.some(isHedging)) as DemoUser
  return { user, of: user.accounts.find(isHedging) as DemoUser['accounts'][number] }
}

test('two opposite positions of a hedging account are closed by each other', async ({ page }) => {
  const terminal = new Terminal(page)
  await terminal.signIn(hedger())
  await terminal.choose(SYMBOL)
  await terminal.flatten()
  await terminal.dealNow('Buy', SYMBOL, '3000')
  await terminal.dealNow('Sell', SYMBOL, '2000')
  await terminal.tab('Positions')
  await expect(terminal.positions).toHaveCount(2)
  await page.getByRole('button', { name: 'Close buy 3,000 EURUSD by an opposite position' }).click()
  await terminal.keep('close-by')
  await page
    .getByRole('dialog')
    .getByRole('button', { name: /sell 2,000 EURUSD/ })
    .click()
  await expect(terminal.positions).toHaveCount(1)
  await expect(terminal.positions).toContainText('1,000')
  await terminal.flatten()
})
