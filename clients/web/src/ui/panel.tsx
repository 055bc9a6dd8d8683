import type { ReactNode } from 'react'
import classes from './panel.module.css'

export interface PanelProps {
  title: string
  actions?: ReactNode
  children: ReactNode
}

/** One pane of the terminal: a thin head and a body that fills the rest. */
export function Panel({ title, actions, children }: PanelProps) {
  return (
    <section className={classes.panel} aria-label={title}>
      <header className={classes.head}>
        <h2 className={classes.title}>{title}</h2>
        {actions}
      </header>
      <div className={classes.body}>{children}</div>
    </section>
  )
}
