import { expect, test } from 'vitest'
import { inMarketOrder } from './market-order'

const instrument = (symbol: string, asset_class = 'fx') => ({
  symbol,
  asset_class,
  base: symbol.slice(0, 3),
  quote: symbol.slice(3),
})

test('majors come before crosses, and currencies before everything else', () => {
  const listed = [
    instrument('BTCUSD', 'crypto'),
    instrument('AUDUSD'),
    instrument('EURGBP'),
    instrument('XAUUSD', 'metal'),
    instrument('USDJPY'),
    instrument('USDCAD'),
    instrument('EURUSD'),
  ]
  expect(inMarketOrder(listed).map(({ symbol }) => symbol)).toEqual([
    'EURUSD',
    'AUDUSD',
    'USDCAD',
    'USDJPY',
    'EURGBP',
    'XAUUSD',
    'BTCUSD',
  ])
})
