import { notifications } from '@mantine/notifications'
import classes from './toast.module.css'

export type Tone = 'good' | 'refused' | 'warning'

const COLOUR: Readonly<Record<Tone, string>> = {
  good: 'blue',
  refused: 'orange',
  warning: 'yellow',
}
const SHOWN_MS: Readonly<Record<Tone, number>> = { good: 5_000, refused: 10_000, warning: 12_000 }

const SHOWN_MAX = 3
const shown: string[] = []

/** Tell what happened; what went wrong stays longer than what went well. */
export function toast(tone: Tone, title: string, message: string): void {
  const color = COLOUR[tone]
  const classNames = { root: classes.toast, title: classes.title, description: classes.message }
  const autoClose = SHOWN_MS[tone]
  const closeButtonProps = { 'aria-label': `Dismiss: ${title}` }
  shown.push(notifications.show({ title, message, color, classNames, autoClose, closeButtonProps }))
  // A queue would show old fills after newer ones; the oldest makes room instead.
  for (const id of shown.splice(0, Math.max(0, shown.length - SHOWN_MAX))) notifications.hide(id)
}
