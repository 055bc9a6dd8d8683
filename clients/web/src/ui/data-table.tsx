import type { ReactNode } from 'react'
import classes from './table.module.css'

export interface Column {
  title: string
  number?: boolean
  /** Left out where the screen is narrow. */
  wide?: boolean
  hidden?: boolean
}

export interface DataTableProps {
  label: string
  columns: readonly Column[]
  children: ReactNode
  after?: ReactNode
}

/** A dense table in its own scrolling region, with a head that stays. */
export function DataTable({ label, columns, children, after }: DataTableProps) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by key
    <section className={classes.scroll} aria-label={label} tabIndex={0}>
      <table className={classes.table}>
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column.title} scope="col" className={cell(column)}>
                {column.hidden ? (
                  <span className="visually-hidden">{column.title}</span>
                ) : (
                  column.title
                )}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
      {after}
    </section>
  )
}

/** Class of a cell: right-aligned figures, and what only wide screens show. */
export function cell({ number, wide }: { number?: boolean; wide?: boolean }): string {
  return [number && classes.number, wide && classes.wide].filter(Boolean).join(' ')
}

export const NUMBER = cell({ number: true })
export const WIDE = cell({ wide: true })
export const WIDE_NUMBER = cell({ number: true, wide: true })
