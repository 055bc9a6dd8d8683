import { useSession } from '../features/auth/session-context'
import { issue } from '../ui/commands'
import classes from './top-bar.module.css'
import { useThemeToggle } from './use-theme-toggle'

/** Colours, keys and the way out: at the end of every bar. */
export function BarButtons({ phone }: { phone: boolean }) {
  return (
    <>
      <ThemeButton />
      {phone ? null : (
        <button
          type="button"
          className={classes.icon}
          aria-label="Keyboard shortcuts"
          title="Keyboard shortcuts (?)"
          onClick={() => issue('help')}
        >
          ?
        </button>
      )}
      <LogoutButton />
    </>
  )
}

function ThemeButton() {
  const { scheme, toggle } = useThemeToggle()
  const next = scheme === 'dark' ? 'light' : 'dark'
  return (
    <button
      type="button"
      className={classes.icon}
      aria-label={`Switch to ${next} colours`}
      title={`Switch to ${next} colours (T)`}
      onClick={toggle}
    >
      <svg width="15" height="15" viewBox="0 0 16 16" aria-hidden="true">
        <circle cx="8" cy="8" r="6.2" fill="none" stroke="currentColor" strokeWidth="1.6" />
        <path d="M8 1.8a6.2 6.2 0 0 1 0 12.4z" fill="currentColor" />
      </svg>
    </button>
  )
}

function LogoutButton() {
  const session = useSession()
  return (
    <button
      type="button"
      className={classes.icon}
      aria-label="Sign out"
      title="Sign out"
      onClick={() => void session.logout()}
    >
      <svg width="15" height="15" viewBox="0 0 16 16" aria-hidden="true">
        <path
          d="M6.5 2.5h-4v11h4M10 4.8 13.2 8 10 11.2M13 8H6"
          fill="none"
          stroke="currentColor"
          strokeWidth="1.6"
        />
      </svg>
    </button>
  )
}
