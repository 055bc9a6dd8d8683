import { useMediaQuery } from '@mantine/hooks'
import type { Instrument } from '../api/model'
import { useActiveAccount } from '../features/account/active-account'
import { useLiveAccount } from '../features/account/use-live-account'
import { ChartPanel } from '../features/chart/chart-panel'
import { InstrumentCard } from '../features/quotes/instrument-card'
import { useInstruments } from '../features/quotes/instruments'
import { useLiveQuotes } from '../features/quotes/use-live-quotes'
import { Watchlist } from '../features/quotes/watchlist'
import { Ticket } from '../features/ticket/ticket'
import { usePreferences } from '../ui/preferences'
import { PHONE } from '../ui/screen'
import { AccountPanel } from './account-panel'
import { HelpDialog } from './help-dialog'
import { PhoneTerminal } from './phone-terminal'
import { SHORTCUTS, useShortcuts } from './shortcuts'
import classes from './terminal.module.css'
import { TopBar } from './top-bar'
import { useTitle } from './use-title'

const HOW_IT_DEALS =
  'In a field the arrows step, with Shift ten times, and Escape leaves it. With one-click trading, buying and selling by key or button sends the ' +
  'order at once; without it you are asked again. The server’s answer is shown; nothing counts ' +
  'before it.'

/** The terminal of one account, laid out for the screen it is on. */
export function Terminal() {
  const account = useActiveAccount()
  useLiveAccount(account)
  useLiveQuotes(account.id)
  useShortcuts(SHORTCUTS)
  const instrument = useSelectedInstrument()
  useTitle(instrument)
  const phone = useMediaQuery(PHONE, undefined, { getInitialValueInEffect: false })
  return (
    <>
      {phone ? <PhoneTerminal instrument={instrument} /> : <Desk instrument={instrument} />}
      <HelpDialog shortcuts={SHORTCUTS} note={HOW_IT_DEALS} />
    </>
  )
}

function useSelectedInstrument(): Instrument | undefined {
  const { data } = useInstruments()
  const symbol = usePreferences((state) => state.symbol)
  return data?.find((each) => each.symbol === symbol) ?? data?.[0]
}

function Desk({ instrument }: { instrument: Instrument | undefined }) {
  return (
    <div className={classes.desk}>
      <div className={classes.top}>
        <TopBar />
      </div>
      <aside className={classes.left}>
        <Watchlist />
        {instrument && <InstrumentCard instrument={instrument} />}
      </aside>
      <main className={classes.chart}>{instrument && <ChartPanel instrument={instrument} />}</main>
      <aside className={classes.ticket} aria-label="Order ticket">
        {instrument && <Ticket key={instrument.symbol} instrument={instrument} />}
      </aside>
      <div className={classes.account}>
        <AccountPanel />
      </div>
    </div>
  )
}
