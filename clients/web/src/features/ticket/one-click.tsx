import { usePreferences } from '../../ui/preferences'
import classes from './one-click.module.css'
import { toggleOneClick } from './one-click-choice'

/** Says whether a click deals, and changes it. */
export function OneClickSwitch() {
  const on = usePreferences((state) => state.oneClick)
  return (
    <button
      type="button"
      role="switch"
      aria-checked={on}
      className={classes.switch}
      title={on ? 'Clicks deal at once. Turn off' : 'Every order is asked for again. Change'}
      onClick={() => void toggleOneClick()}
    >
      <svg width="9" height="12" viewBox="0 0 9 12" aria-hidden="true">
        <path d="M5.5 0 0 7h3.4L2.6 12 9 4.6H5z" fill="currentColor" />
      </svg>
      One-click {on ? 'on' : 'off'}
    </button>
  )
}

/** Says over the prices that they deal. */
export function OneClickBanner() {
  const on = usePreferences((state) => state.oneClick)
  if (!on) return null
  return (
    <div className={classes.banner}>
      <span>One-click: prices deal at once</span>
      <button type="button" onClick={() => void toggleOneClick()}>
        Turn off
      </button>
    </div>
  )
}
