import type { Instrument } from '../api/model'
import { AccountBar } from '../features/account/account-bar'
import { ChartPanel } from '../features/chart/chart-panel'
import { Watchlist } from '../features/quotes/watchlist'
import { Ticket } from '../features/ticket/ticket'
import { type PanelTab, type PhoneView, prefer, usePreferences } from '../ui/preferences'
import { AccountPanel } from './account-panel'
import classes from './terminal.module.css'
import { TopBar } from './top-bar'
import { type View, ViewTabs } from './view-tabs'

const VIEWS: readonly View<PhoneView>[] = [
  { view: 'markets', label: 'Markets' },
  { view: 'trade', label: 'Trade' },
  { view: 'positions', label: 'Positions' },
  { view: 'history', label: 'History' },
]

const HELD: readonly PanelTab[] = ['positions', 'orders']
const HISTORY: readonly PanelTab[] = ['history', 'fills', 'ledger', 'events']

const toTrade = () => prefer({ phoneView: 'trade' })

/** One thing at a time, within reach of a thumb. */
export function PhoneTerminal({ instrument }: { instrument: Instrument | undefined }) {
  const view = usePreferences((state) => state.phoneView)
  return (
    <div className={classes.phone}>
      <TopBar phone />
      <section aria-label="Account figures">
        <AccountBar />
      </section>
      <main className={classes.view}>
        {view === 'markets' && <Watchlist onPick={toTrade} />}
        {view === 'trade' && instrument && (
          <div className={classes.trade}>
            <ChartPanel instrument={instrument} />
            <Ticket key={instrument.symbol} instrument={instrument} />
          </div>
        )}
        {view === 'positions' && <AccountPanel only={HELD} />}
        {view === 'history' && <AccountPanel only={HISTORY} />}
      </main>
      <ViewTabs views={VIEWS} value={view} onChange={(phoneView) => prefer({ phoneView })} />
    </div>
  )
}
