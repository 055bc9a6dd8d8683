import { type KeyboardEvent, type ReactNode, useId } from 'react'
import classes from './tabs.module.css'

export interface Tab<T extends string> {
  value: T
  label: string
  count?: number | undefined
}

export interface TabsProps<T extends string> {
  label: string
  tabs: readonly Tab<T>[]
  value: T
  onChange: (value: T) => void
  /** What can be done with all of what the tab shows. */
  actions?: ReactNode
  children: ReactNode
}

/** Tabs as the ARIA pattern has them: one stop for Tab, arrows within. */
export function Tabs<T extends string>(props: TabsProps<T>) {
  const { label, tabs, value, onChange, actions, children } = props
  const id = useId()
  const move = (event: KeyboardEvent) => {
    const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key]
    if (by === undefined) return
    event.preventDefault()
    const at = tabs.findIndex((tab) => tab.value === value)
    const next = tabs[(at + by + tabs.length) % tabs.length]
    if (next === undefined) return
    onChange(next.value)
    document.getElementById(`${id}-${next.value}`)?.focus()
  }
  return (
    <section className={classes.tabs} aria-label={label}>
      <div className={classes.head}>
        <div role="tablist" aria-label={label} className={classes.list} onKeyDown={move}>
          {tabs.map((tab) => (
            <button
              key={tab.value}
              id={`${id}-${tab.value}`}
              type="button"
              role="tab"
              aria-selected={tab.value === value}
              aria-controls={`${id}-panel`}
              tabIndex={tab.value === value ? 0 : -1}
              onClick={() => onChange(tab.value)}
            >
              {tab.label}
              {tab.count ? <span className={classes.count}>{tab.count}</span> : null}
            </button>
          ))}
        </div>
        {actions}
      </div>
      <div
        role="tabpanel"
        id={`${id}-panel`}
        aria-labelledby={`${id}-${value}`}
        className={classes.panel}
      >
        {children}
      </div>
    </section>
  )
}
