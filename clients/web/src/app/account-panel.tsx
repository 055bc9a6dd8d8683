import type { ReactNode } from 'react'
import { EventsTable } from '../features/account/events-table'
import { FillsTable } from '../features/orders/fills-table'
import { HistoryTable } from '../features/orders/history-table'
import { LedgerTable } from '../features/orders/ledger-table'
import { useOpenOrders } from '../features/orders/order-queries'
import { OrdersTable } from '../features/orders/orders-table'
import { CancelAllButton, CloseAllButton } from '../features/positions/mass-actions'
import { usePositions } from '../features/positions/positions-query'
import { PositionsTable } from '../features/positions/positions-table'
import { type PanelTab, prefer, usePreferences } from '../ui/preferences'
import { Tabs } from '../ui/tabs'

const CONTENT: Readonly<Record<PanelTab, () => ReactNode>> = {
  positions: () => <PositionsTable />,
  orders: () => <OrdersTable />,
  history: () => <HistoryTable />,
  fills: () => <FillsTable />,
  ledger: () => <LedgerTable />,
  events: () => <EventsTable />,
}

const ACTIONS: Partial<Record<PanelTab, () => ReactNode>> = {
  positions: () => <CloseAllButton />,
  orders: () => <CancelAllButton />,
}

const LABELS: Readonly<Record<PanelTab, string>> = {
  positions: 'Positions',
  orders: 'Orders',
  history: 'History',
  fills: 'Fills',
  ledger: 'Ledger',
  events: 'Events',
}

export interface AccountPanelProps {
  only?: readonly PanelTab[]
}

export const TABS = Object.keys(LABELS) as PanelTab[]

/** What the account holds and what happened to it. */
export function AccountPanel({ only = TABS }: AccountPanelProps) {
  const kept = usePreferences((state) => state.tab)
  const tab = only.includes(kept) ? kept : (only[0] ?? 'positions')
  const counts: Partial<Record<PanelTab, number | undefined>> = {
    positions: usePositions().data?.length,
    orders: useOpenOrders().data?.length,
  }
  const tabs = only.map((value) => ({
    value,
    label: LABELS[value],
    count: counts[value],
  }))
  return (
    <Tabs
      label="Account"
      tabs={tabs}
      value={tab}
      onChange={(tab) => prefer({ tab })}
      actions={ACTIONS[tab]?.()}
    >
      {CONTENT[tab]()}
    </Tabs>
  )
}
