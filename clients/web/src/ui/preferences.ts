import { create } from 'zustand'
import { persist } from 'zustand/middleware'
import type { CandleInterval, CandleSide } from '../api/model'

export type Execution = 'instant' | 'market'
export type LevelUnit = 'pips' | 'price'
export type PanelTab = 'positions' | 'orders' | 'history' | 'fills' | 'ledger' | 'events'
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
  /** Orders are sent without being asked again; off until the user says so. */
  oneClick: boolean
  levelUnit: LevelUnit
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
  oneClick: false,
  levelUnit: 'pips',
}

export const usePreferences = create<Preferences>()(
  persist((): Preferences => DEFAULTS, { name: 'tradewind.preferences', version: 1 }),
)

export const prefer = usePreferences.setState
