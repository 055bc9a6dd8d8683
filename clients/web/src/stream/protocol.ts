import type { AccountEvent, CandleInterval, CandleItem, CandleSide } from '../api/model'

interface CandlesOf {
  symbol: string
  interval: CandleInterval
  side: CandleSide
}

/** Frames of `/v1/stream`, both ways. */
export type ClientFrame =
  | { type: 'auth'; token: string }
  | {
      type: 'subscribe'
      channel: 'prices'
      symbols: readonly string[]
      interval_ms: number
      account_id: string
    }
  | { type: 'subscribe'; channel: 'account'; account_id: string; after: number }
  | ({ type: 'subscribe' | 'unsubscribe'; channel: 'candles' } & CandlesOf)
  | { type: 'unsubscribe'; channel: 'prices' }
  | { type: 'unsubscribe'; channel: 'account'; account_id: string }

export interface PriceItem {
  symbol: string
  bid: string | null
  ask: string | null
  time: string
  tradable: boolean
}

export type ServerFrame =
  | { type: 'ready' }
  | { type: 'heartbeat'; time: string }
  | { type: 'prices'; seq: number; items: PriceItem[] }
  | ({ type: 'candles'; items: CandleItem[]; reload?: boolean } & CandlesOf)
  | { type: 'account'; account_id: string; items: AccountEvent[] }
  | { type: 'error'; code: string; message: string }

/** Close codes with a meaning of their own. */
export const TOKEN_REFUSED = 4401
export const TOO_SLOW = 4409

/** A frame, or undefined for what is not one; unknown types are left to the reader to ignore. */
export function parseFrame(text: unknown): ServerFrame | undefined {
  if (typeof text !== 'string') return undefined
  try {
    const frame = JSON.parse(text) as { type?: unknown }
    return typeof frame?.type === 'string' ? (frame as ServerFrame) : undefined
  } catch {
    return undefined
  }
}
