import type { ReactNode } from 'react'
import classes from './table.module.css'

export interface Column {
  title: string
  number?: boolean
  /** Left out on a phone. */
  wide?: boolean
  /** Left out wherever the table has little room. */
  roomy?: boolean
  /** Shown only where the table has much room. */
  spacious?: boolean
  hidden?: boolean
  /** How the rows are ordered by it, where they can be. */
  order?: 'ascending' | 'descending' | 'none'
  onOrder?: () => void
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
              <th key={column.title} scope="col" className={cell(column)} aria-sort={column.order}>
                <Title column={column} />
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

const ARROWS = { ascending: '▲', descending: '▼', none: '' } as const

function Title({ column: { title, hidden, order = 'none', onOrder } }: { column: Column }) {
  if (hidden) return <span className="visually-hidden">{title}</span>
  if (onOrder === undefined) return title
  return (
    <button type="button" className={classes.order} onClick={onOrder}>
      {title} <span aria-hidden="true">{ARROWS[order]}</span>
    </button>
  )
}

type Room = Pick<Column, 'number' | 'wide' | 'roomy' | 'spacious'>

/** Class of a cell: right-aligned figures, and how much room it asks for. */
function cell({ number, wide, roomy, spacious }: Room): string {
  const names = [
    number && classes.number,
    wide && classes.wide,
    roomy && classes.roomy,
    spacious && classes.spacious,
  ]
  return names.filter(Boolean).join(' ')
}

export const NUMBER = cell({ number: true })
export const WIDE = cell({ wide: true })
export const WIDE_NUMBER = cell({ number: true, wide: true })
export const ROOMY = cell({ roomy: true })
export const ROOMY_NUMBER = cell({ number: true, roomy: true })
export const SPACIOUS = cell({ spacious: true })
export const SPACIOUS_NUMBER = cell({ number: true, spacious: true })
