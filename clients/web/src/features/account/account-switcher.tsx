import type { Account } from '../../api/model'
import { prefer } from '../../ui/preferences'
import classes from './account-switcher.module.css'
import { useAccounts, useActiveAccount } from './active-account'

/** Which of the user's accounts is on screen. The browser's own list: right on any device. */
export function AccountSwitcher() {
  const accounts = useAccounts().data ?? []
  const { id } = useActiveAccount()
  return (
    <select
      className={classes.select}
      aria-label="Account"
      value={id}
      onChange={(event) => prefer({ accountId: event.target.value })}
    >
      {accounts.map((account) => (
        <option key={account.id} value={account.id}>
          {nameOf(account)}
        </option>
      ))}
    </select>
  )
}

/** Accounts have no name: currency, terms and the end of the id tell them apart. */
function nameOf({ id, currency, group, position_mode: mode }: Account): string {
  return `${currency} ${group} · ${mode} · ${id.slice(-4)}`
}
