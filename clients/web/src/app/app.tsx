import { useEffect, useLayoutEffect, useMemo } from 'react'
import type { Account } from '../api/model'
import { ActiveAccountContext, useAccounts } from '../features/account/active-account'
import { LoginPage } from '../features/auth/login-page'
import { useSessionState } from '../features/auth/session-context'
import { Empty, pendingOr } from '../ui/empty'
import { usePreferences } from '../ui/preferences'
import type { Services } from './services'
import { Terminal } from './terminal'

/** Signed out: the login. Signed in: the terminal of the chosen account. */
export function App({ services }: { services: Services }) {
  const session = useSessionState()
  useEffect(() => {
    void services.session.restore()
  }, [services])
  switch (session.status) {
    case 'restoring':
      return <Empty>Restoring your session…</Empty>
    case 'signed_out':
      return <LoginPage notice={session.notice} />
    case 'signed_in':
      return <ChosenAccount services={services} />
  }
}

function ChosenAccount({ services }: { services: Services }) {
  const query = useAccounts()
  const kept = usePreferences((state) => state.accountId)
  const account = query.data?.find(({ id }) => id === kept) ?? query.data?.[0]
  const waiting = pendingOr(query)
  if (account) return <Chosen key={account.id} account={account} services={services} />
  return waiting ?? <Empty>This login has no trading account.</Empty>
}

interface ChosenProps {
  account: Account
  services: Services
}

/** One account from the moment it was chosen: its number of the last event stays the first one. */
function Chosen({ account, services }: ChosenProps) {
  // biome-ignore lint/correctness/useExhaustiveDependencies: later figures come from useAccount
  const chosen = useMemo(() => account, [account.id])
  // Before the chart's own effect, which draws what is there.
  useLayoutEffect(() => {
    const keep = () => services.candles.keep(chosen.id)
    services.candles.open(chosen.id)
    window.addEventListener('pagehide', keep)
    return () => {
      window.removeEventListener('pagehide', keep)
      // The next account may be of another group: its prices and candles are others.
      services.quotes.clear()
      services.candles.clear()
    }
  }, [services, chosen.id])
  return (
    <ActiveAccountContext value={chosen}>
      <Terminal />
    </ActiveAccountContext>
  )
}
