import type { ReactNode } from 'react'
import { EventsTable } from '../features/account/events-table'
import { FillsTable } from '../features/orders/fills-table'
import { LedgerTable } from '../features/orders/ledger-table'
import { OrdersTable } from '../features/orders/orders-table'
import { usePositions } from '../features/positions/positions-query'
import { PositionsTable } from '../features/positions/positions-table'
import { type PanelTab, prefer, usePreferences } from '../ui/preferences'
import { Tabs } from '../ui/tabs'

const CONTENT: Readonly<Record<PanelTab, () => ReactNode>> = {
  positions: () => <PositionsTable />,
  orders: () => <OrdersTable />,
  fills: () => <FillsTable />,
  ledger: () => <LedgerTable />,
  events: () => <EventsTable />,
}

const LABELS: Readonly<Record<PanelTab, string>> = {
  positions: 'Positions',
  orders: 'Orders',
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
  const open = usePositions().data?.length
  const tabs = only.map((value) => ({
    value,
    label: LABELS[value],
    count: value === 'positions' ? open : undefined,
  }))
  return (
    <Tabs label="Account" tabs={tabs} value={tab} onChange={(tab) => prefer({ tab })}>
      {CONTENT[tab]()}
    </Tabs>
  )
}
