import { lazy, Suspense, useEffect, useLayoutEffect, useMemo } from 'react'
import type { Account } from '../api/model'
import { ActiveAccountContext, useAccounts } from '../features/account/active-account'
import { LoginPage } from '../features/auth/login-page'
import { useSessionState } from '../features/auth/session-context'
import { StaffOnly } from '../features/auth/staff-only'
import { Empty, pendingOr } from '../ui/empty'
import { usePreferences } from '../ui/preferences'
import type { Services } from './services'
import { Terminal } from './terminal'

/** Clients have no use for it, so they do not load it. */
const DealerPage = lazy(() => import('./dealer-page'))

const DEALER = '/dealer'

/** Signed out: the login. Signed in: a client's terminal, or the page of staff. */
export function App({ services }: { services: Services }) {
  const session = useSessionState()
  const forStaff = location.pathname === DEALER
  useEffect(() => {
    void services.session.restore()
  }, [services])
  switch (session.status) {
    case 'restoring':
      return <Empty>Restoring your session…</Empty>
    case 'signed_out': {
      const title = forStaff ? 'Sign in as staff' : 'Sign in to trade'
      return <LoginPage title={title} notice={session.notice} />
    }
    case 'signed_in':
      if (session.staff) return <StaffPage services={services} />
      return forStaff ? <StaffOnly /> : <ChosenAccount services={services} />
  }
}

function StaffPage({ services }: { services: Services }) {
  useLayoutEffect(() => {
    if (location.pathname !== DEALER) history.replaceState(null, '', DEALER)
    document.title = 'Dealing · Tradewind'
    return () => {
      document.title = 'Tradewind'
    }
  }, [])
  return (
    <Suspense fallback={<Empty>Loading…</Empty>}>
      <DealerPage dealing={services.dealing} />
    </Suspense>
  )
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
  // The next account may be of another group: its prices are others.
  // biome-ignore lint/correctness/useExhaustiveDependencies: of an account, whichever it was
  useLayoutEffect(() => () => services.quotes.clear(), [services, chosen.id])
  return (
    <ActiveAccountContext value={chosen}>
      <Terminal />
    </ActiveAccountContext>
  )
}
