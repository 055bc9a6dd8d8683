import type { ReactNode } from 'react'
import classes from './panel.module.css'

export interface PanelProps {
  title: string
  /** What a screen reader calls it, where the title alone is not unique. */
  label?: string
  actions?: ReactNode
  children: ReactNode
}

/** One pane of the terminal: a thin head and a body that fills the rest. */
export function Panel({ title, label = title, actions, children }: PanelProps) {
  return (
    <section className={classes.panel} aria-label={label}>
      <header className={classes.head}>
        <h2 className={classes.title}>{title}</h2>
        {actions}
      </header>
      <div className={classes.body}>{children}</div>
    </section>
  )
}
