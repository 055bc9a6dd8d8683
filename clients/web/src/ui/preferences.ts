import { create } from 'zustand'
import { persist } from 'zustand/middleware'
import type { CandleInterval, CandleSide } from '../api/model'

export type Execution = 'instant' | 'market'
export type PanelTab = 'positions' | 'orders' | 'fills' | 'ledger' | 'events'
export type PhoneView = 'markets' | 'trade' | 'positions' | 'history'

/** What the user chose and expects to find again; nothing here is money or a secret. */
export interface Preferences {
  accountId: string | null
  symbol: string
  chartInterval: CandleInterval
  chartSide: CandleSide
  tab: PanelTab
  phoneView: PhoneView
  execution: Execution
  deviationPoints: number
  quantities: Readonly<Record<string, string>>
  shortcuts: boolean
}

const DEFAULTS: Preferences = {
  accountId: null,
  symbol: 'EURUSD',
  chartInterval: '1m',
  chartSide: 'bid',
  tab: 'positions',
  phoneView: 'markets',
  execution: 'instant',
  deviationPoints: 10,
  quantities: {},
  shortcuts: true,
}

export const usePreferences = create<Preferences>()(
  persist((): Preferences => DEFAULTS, { name: 'tradewind.preferences', version: 1 }),
)

export const prefer = usePreferences.setState
