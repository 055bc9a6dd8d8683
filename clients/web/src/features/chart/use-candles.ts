import { useCallback, useEffect, useState, useSyncExternalStore } from 'react'
import type { CandleInterval, CandleSide } from '../../api/model'
import { useTrading } from '../../api/trading'
import { useStream } from '../../stream/stream-context'
import { useActiveAccount } from '../account/active-account'
import { CandleFeed, type CandleRange, type CandleView, NO_CANDLES } from './candle-feed'
import { candleOf } from './candles'

/** Candles as the account on screen sees them, for as long as they are on screen. */
export function useCandles(symbol: string, interval: CandleInterval, side: CandleSide) {
  const trading = useTrading()
  const { connection } = useStream()
  const { id: account_id } = useActiveAccount()
  const [feed, setFeed] = useState<CandleFeed>()
  useEffect(() => {
    const read = async ({ from, to, limit }: CandleRange) => {
      const range = { ...(from && { from: iso(from) }), ...(to && { to: iso(to) }), limit }
      const items = await trading.candles(symbol, { account_id, interval, side, ...range })
      return items.map(candleOf)
    }
    const opened = new CandleFeed({ symbol, interval, side }, read, connection)
    setFeed(opened)
    return () => opened.close()
  }, [trading, connection, account_id, symbol, interval, side])
  return feed
}

/** What a feed shows now. */
export function useCandleView(feed: CandleFeed | undefined): CandleView {
  const subscribe = useCallback(
    (listener: () => void) => feed?.subscribe(listener) ?? (() => undefined),
    [feed],
  )
  return useSyncExternalStore(subscribe, () => feed?.current() ?? NO_CANDLES)
}

const iso = (seconds: number) => new Date(seconds * 1000).toISOString()
