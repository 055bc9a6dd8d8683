import { Button } from '@mantine/core'
import { Brand } from '../../ui/brand'
import classes from './login-page.module.css'
import { useSession } from './session-context'

/** What a client finds at the address of staff; the API would refuse him all the same. */
export function StaffOnly() {
  const session = useSession()
  return (
    <main className={classes.page}>
      <div className={classes.card} role="alert">
        <Brand size={34} />
        <h1 className={classes.title}>This page is for staff</h1>
        <span>Your login is that of a client. It opens the terminal, not this page.</span>
        <Button component="a" href="/" fullWidth className={classes.submit}>
          To the terminal
        </Button>
        <Button variant="default" fullWidth onClick={() => void session.logout()}>
          Sign out
        </Button>
      </div>
    </main>
  )
}
