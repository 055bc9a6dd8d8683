import type { ReactNode } from 'react'
import classes from './table.module.css'
import { errorInWords } from './words'

export function Empty({ children }: { children: ReactNode }) {
  return <div className={classes.empty}>{children}</div>
}

export interface StateOf {
  isPending: boolean
  error: Error | null
  refetch: () => unknown
}

/** What a list shows while it has nothing to show; undefined when it has. */
export function pendingOr(query: StateOf): ReactNode | undefined {
  if (query.isPending) return <Empty>Loading…</Empty>
  if (query.error === null) return undefined
  return (
    <Empty>
      <div role="alert">
        <p>{errorInWords(query.error)}</p>
        <button type="button" className={classes.button} onClick={() => query.refetch()}>
          Try again
        </button>
      </div>
    </Empty>
  )
}
