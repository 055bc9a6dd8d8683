import type { Candle } from './candles'

/** One account's candles by symbol; those of another account may be another group's. */
export interface KeptCandles {
  accountId: string
  symbols: Readonly<Record<string, { seconds: readonly Candle[]; minutes: readonly Candle[] }>>
}

/** Where candles outlive a reload of the page. */
export interface CandleMemory {
  read(): KeptCandles | undefined
  write(kept: KeptCandles): void
  clear(): void
}

const NAME = 'tradewind.candles.1'

type Row = [time: number, open: number, high: number, low: number, close: number, ticks: number]
type Rows = Record<string, [seconds: Row[], minutes: Row[]]>

const toRow = ({ time, open, high, low, close, ticks }: Candle): Row => [
  time,
  open,
  high,
  low,
  close,
  ticks,
]
const toCandle = ([time, open, high, low, close, ticks]: Row): Candle => ({
  time,
  open,
  high,
  low,
  close,
  ticks,
})

/** The storage of this tab: no other tab sees it, and it ends with the tab. */
export function tabMemory(storage: Storage): CandleMemory {
  return {
    read() {
      try {
        const text = storage.getItem(NAME)
        if (text === null) return undefined
        const { accountId, rows } = JSON.parse(text) as { accountId: string; rows: Rows }
        const symbols = Object.entries(rows).map(([symbol, [seconds, minutes]]) => [
          symbol,
          { seconds: seconds.map(toCandle), minutes: minutes.map(toCandle) },
        ])
        return { accountId, symbols: Object.fromEntries(symbols) }
      } catch {
        // A chart that begins anew is better than a terminal that does not open.
        return undefined
      }
    },
    write({ accountId, symbols }) {
      const rows = Object.entries(symbols).map(([symbol, { seconds, minutes }]) => [
        symbol,
        [seconds.map(toRow), minutes.map(toRow)],
      ])
      try {
        storage.setItem(NAME, JSON.stringify({ accountId, rows: Object.fromEntries(rows) }))
      } catch {
        // The storage is full: the next page starts its chart anew.
        storage.removeItem(NAME)
      }
    },
    clear() {
      storage.removeItem(NAME)
    },
  }
}
