import { expect, test } from 'vitest'
import { price } from '../../api/decimals'
import type { Instrument, Order, Position } from '../../api/model'
import { draggedTo, levelLines } from './level-lines'

const EURUSD = { symbol: 'EURUSD', pip: price('0.0001'), price_precision: 5 } as Instrument
const LONG = {
  id: 'p',
  symbol: 'EURUSD',
  side: 'buy',
  quantity: '40000',
  open_price: '1.12140',
  stop_loss: '1.11940',
  take_profit: null,
} as Position
const LIMIT = {
  id: 'o',
  ticket: 17,
  symbol: 'EURUSD',
  side: 'sell',
  type: 'limit',
  state: 'working',
  reason: 'client',
  quantity: '10000',
  limit_price: '1.13000',
  stop_price: null,
  stop_loss: null,
  stop_loss_distance: '0.0020',
  take_profit: '1.12500',
  take_profit_distance: null,
  triggered_at: null,
} as Order
const titles = (positions: Position[], orders: Order[]) =>
  levelLines(positions, orders, EURUSD).map((line) => `${line.title} @ ${line.price}`)

test('a position has a line where it was opened and one for each of its levels', () => {
  expect(titles([LONG], [])).toEqual(['▲ 40,000 @ 1.12140', 'SL −20.0 @ 1.11940'])
})

test('an order that waits has a line, and so has what it would be protected by', () => {
  expect(titles([], [LIMIT])).toEqual([
    '▼ Limit 10,000 @ 1.13000',
    '#17 SL @ 1.13200',
    '#17 TP @ 1.12500',
  ])
})

test('a protective order is not drawn beside the level of its position', () => {
  const stop = { ...LIMIT, type: 'stop', reason: 'stop_loss', stop_price: '1.11940' } as Order
  expect(titles([LONG], [stop])).toHaveLength(2)
})

test('a trailing stop is drawn where it stands and cannot be dragged', () => {
  const stop = { ...LIMIT, type: 'stop', reason: 'trailing', stop_price: '1.12000' } as Order
  expect(levelLines([], [stop], EURUSD)).toMatchObject([{ title: 'Trailing', fixed: true }])
})

test('nothing of another symbol is drawn', () => {
  expect(titles([{ ...LONG, symbol: 'GBPUSD' }], [{ ...LIMIT, symbol: 'GBPUSD' }])).toEqual([])
})

test('a line that is dragged changes its own level, the entry gives a new one', () => {
  const [entry, stop] = levelLines([LONG], [], EURUSD)
  const now = price('1.12120')
  expect(stop && draggedTo(stop, price('1.12000'), now)).toEqual({ stop_loss: '1.12000' })
  expect(entry && draggedTo(entry, price('1.13000'), now)).toEqual({ take_profit: '1.13000' })
  expect(entry && draggedTo(entry, price('1.11000'), now)).toEqual({ stop_loss: '1.11000' })
  const [limit] = levelLines([], [LIMIT], EURUSD)
  expect(limit && draggedTo(limit, price('1.14000'), now)).toEqual({ limit_price: '1.14000' })
})
