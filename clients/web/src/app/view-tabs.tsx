import classes from './terminal.module.css'

export interface View<T extends string> {
  view: T
  label: string
}

export interface ViewTabsProps<T extends string> {
  views: readonly View<T>[]
  value: T
  onChange: (view: T) => void
}

/** The views of a phone, at the thumb. */
export function ViewTabs<T extends string>({ views, value, onChange }: ViewTabsProps<T>) {
  return (
    <nav className={classes.tabs} aria-label="Views">
      {views.map(({ view, label }) => (
        <button
          key={view}
          type="button"
          aria-current={view === value ? 'page' : undefined}
          onClick={() => onChange(view)}
        >
          {label}
        </button>
      ))}
    </nav>
  )
}
