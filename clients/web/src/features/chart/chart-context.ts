import { createContext, useContext } from 'react'
import type { CandleRecorder } from './candle-recorder'

export const CandlesContext = createContext<CandleRecorder | undefined>(undefined)

export function useCandles(): CandleRecorder {
  const candles = useContext(CandlesContext)
  if (candles === undefined) throw new Error('no candles are provided')
  return candles
}
