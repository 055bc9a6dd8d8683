import { expect, test } from 'vitest'
import { money, quantity } from '../../api/decimals'
import type { HouseExposure, SymbolExposure } from '../../api/model'
import { bars, formatNet, sections } from './exposure'

const worth = (text: string | null) => (text === null ? null : money(text))

const symbol = (name: string, notional: string | null): SymbolExposure => ({
  symbol: name,
  book: 'B',
  long: quantity('0'),
  short: quantity('30000'),
  net: quantity('-30000'),
  notional: worth(notional),
  currency: 'USD',
  unrealized_pnl: worth('6.12'),
})

const house = (symbols: SymbolExposure[]): HouseExposure => ({
  as_of: '2026-01-01T00:00:00Z',
  log_position: 1,
  stale: false,
  currency: 'USD',
  symbols,
  currencies: [
    { currency: 'USD', amount: quantity('33642'), notional: worth('33642') },
    { currency: 'EUR', amount: quantity('-30000'), notional: worth('-33639') },
  ],
  groups: [
    {
      group: 'standard',
      long: worth('0'),
      short: worth('33639'),
      net: worth('-33639'),
      unrealized_pnl: null,
    },
  ],
})

test('the largest notional comes first whatever its sign, and what has none before it', () => {
  const found = sections(
    house([symbol('A', '10'), symbol('B', '-200'), symbol('C', null), symbol('D', '-10')]),
  )
  expect(found.map(({ title, lines }) => [title, lines.map(({ name }) => name)])).toEqual([
    ['Symbol', ['C', 'B', 'A', 'D']],
    ['Currency', ['USD', 'EUR']],
    ['Group', ['standard']],
  ])
})

test('a line has its net, its worth and its profit, seen from the house', () => {
  const [bySymbol, byCurrency, byGroup] = sections(house([symbol('EURUSD', '-33639')]))
  expect(bySymbol?.lines).toEqual([
    {
      key: 'EURUSD B',
      name: 'EURUSD',
      under: 'B book',
      net: '−30k',
      notional: '-33639',
      pnl: '6.12',
    },
  ])
  expect(byCurrency?.lines.map(({ net, pnl }) => [net, pnl])).toEqual([
    ['+33.6k', null],
    ['−30k', null],
  ])
  expect(byGroup?.lines.map(({ net, notional }) => [net, notional])).toEqual([['', '-33639']])
})

test('bars share a middle: long goes right of it, short left, the largest fills its half', () => {
  const lines = ['-200', '100', '0', null].map((notional) => ({ notional: worth(notional) }))
  expect(bars(lines)).toEqual([
    { side: 'short', size: '50.00%', at: '0.00%' },
    { side: 'long', size: '25.00%', at: '66.67%' },
    { side: 'flat', size: '0%', at: '50%' },
    { side: 'flat', size: '0%', at: '50%' },
  ])
  expect(bars([{ notional: worth('5') }])).toEqual([
    { side: 'long', size: '50.00%', at: '100.00%' },
  ])
})

test('a net is short, and always shows its sign', () => {
  const units = ['-30000', '1250000', '0', '-0.125']
  expect(units.map((each) => formatNet(quantity(each)))).toEqual(['−30k', '+1.25m', '0', '−0.125'])
})
