import { useQuery } from '@tanstack/react-query'
import { createContext, useContext } from 'react'
import type { Account } from '../../api/model'
import { keys } from '../../api/query-keys'
import { useTrading } from '../../api/trading'

/** The account on screen, as it was when it was chosen; `useAccount` is its present state. */
export const ActiveAccountContext = createContext<Account | undefined>(undefined)

export function useActiveAccount(): Account {
  const account = useContext(ActiveAccountContext)
  if (account === undefined) throw new Error('no account is chosen')
  return account
}

export function useAccounts() {
  const trading = useTrading()
  return useQuery({ queryKey: keys.accounts, queryFn: () => trading.accounts() })
}

/** The account's booked figures; refreshed by its own events, not by a timer. */
export function useAccount(): Account {
  const trading = useTrading()
  const chosen = useActiveAccount()
  const { data } = useQuery({
    queryKey: keys.account(chosen.id),
    queryFn: () => trading.account(chosen.id),
    initialData: chosen,
    initialDataUpdatedAt: 0,
  })
  return data
}
