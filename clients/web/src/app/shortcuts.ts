import { useEffect } from 'react'
import { INTERVALS, SIDES } from '../features/chart/candles'
import { type Command, issue } from '../ui/commands'
import { type PanelTab, prefer, usePreferences } from '../ui/preferences'

export interface Shortcut {
  /** `KeyboardEvent.key`; capitals are typed with Shift. */
  key: string
  shown: string
  does: string
  act: Command | (() => void)
}

const tab = (key: string, tab: PanelTab): Shortcut => ({
  key,
  shown: key,
  does: `Show ${tab}`,
  act: () => prefer({ tab }),
})

const command = (key: string, shown: string, does: string, act: Command): Shortcut => ({
  key,
  shown,
  does,
  act,
})

const FIND: readonly Shortcut[] = [
  command('/', '/', 'Find a symbol', 'search'),
  command('j', 'J', 'Next symbol', 'next-symbol'),
  command('k', 'K', 'Previous symbol', 'previous-symbol'),
]

const PAGE: readonly Shortcut[] = [
  command('t', 'T', 'Dark or light', 'theme'),
  command('?', '?', 'Show this help', 'help'),
]

/** Every key the dealer's page answers to. */
export const DEALER_SHORTCUTS: readonly Shortcut[] = [...FIND, ...PAGE]

/** Every key the terminal answers to; the help dialog is printed from this list. */
export const SHORTCUTS: readonly Shortcut[] = [
  command('B', 'Shift + B', 'Buy, as the ticket says', 'buy'),
  command('S', 'Shift + S', 'Sell, as the ticket says', 'sell'),
  command('q', 'Q', 'Go to the quantity', 'quantity'),
  command('o', 'O', 'Next order type', 'order-type'),
  command('e', 'E', 'Go to the trigger or limit price', 'entry'),
  command('l', 'L', 'Go to the stop loss', 'stop-loss'),
  command('i', 'I', 'Go to the take profit', 'take-profit'),
  command('m', 'M', 'Switch between instant and market', 'execution'),
  ...FIND,
  { key: ']', shown: ']', does: 'Longer candles', act: () => changeInterval(1) },
  { key: '[', shown: '[', does: 'Shorter candles', act: () => changeInterval(-1) },
  { key: 'p', shown: 'P', does: 'Candles of bid, ask or mid', act: nextSide },
  command('n', 'N', 'Newest candle', 'newest'),
  tab('1', 'positions'),
  tab('2', 'orders'),
  tab('3', 'history'),
  tab('4', 'fills'),
  tab('5', 'ledger'),
  tab('6', 'events'),
  ...PAGE,
]

function changeInterval(by: number): void {
  prefer(({ chartInterval }) => ({
    chartInterval: INTERVALS[INTERVALS.indexOf(chartInterval) + by] ?? chartInterval,
  }))
}

function nextSide(): void {
  prefer(({ chartSide }) => ({
    chartSide: SIDES[(SIDES.indexOf(chartSide) + 1) % SIDES.length] ?? 'bid',
  }))
}

/** Listen for a page's keys wherever nothing is being typed. */
export function useShortcuts(shortcuts: readonly Shortcut[]): void {
  const on = usePreferences((state) => state.shortcuts)
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (isChord(event) || event.repeat || isTyping(event)) return
      if (!on && event.key !== '?') return
      const shortcut = shortcuts.find(({ key }) => key === event.key)
      if (shortcut === undefined) return
      event.preventDefault()
      if (typeof shortcut.act === 'string') issue(shortcut.act)
      else shortcut.act()
    }
    window.addEventListener('keydown', press)
    return () => window.removeEventListener('keydown', press)
  }, [on, shortcuts])
}

const isChord = (event: KeyboardEvent) => event.ctrlKey || event.metaKey || event.altKey

function isTyping(event: KeyboardEvent): boolean {
  const target = event.target instanceof Element ? event.target : undefined
  return target?.closest('input, select, textarea, [contenteditable], [role=dialog]') != null
}
