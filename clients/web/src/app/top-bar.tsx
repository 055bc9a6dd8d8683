import { AccountBar } from '../features/account/account-bar'
import { AccountSwitcher } from '../features/account/account-switcher'
import { Brand } from '../ui/brand'
import { BarButtons } from './bar-buttons'
import { ConnectionState } from './connection-state'
import classes from './top-bar.module.css'

/** Account, its figures, the connection, and what concerns the whole terminal. */
export function TopBar({ phone = false }: { phone?: boolean }) {
  return (
    <header className={classes.bar}>
      <h1 className={phone ? 'visually-hidden' : classes.brand}>
        <Brand />
      </h1>
      <AccountSwitcher />
      {phone ? null : <AccountBar />}
      <div className={classes.tools}>
        <ConnectionState />
        <BarButtons phone={phone} />
      </div>
    </header>
  )
}
