import { useQuery } from '@tanstack/react-query'
import type { CSSProperties } from 'react'
import type { Dealing } from '../../api/dealing'
import { keys } from '../../api/query-keys'
import { DataTable, NUMBER } from '../../ui/data-table'
import { Empty, pendingOr } from '../../ui/empty'
import { formatMoney, formatSigned } from '../../ui/format'
import { Panel } from '../../ui/panel'
import table from '../../ui/table.module.css'
import classes from './dealing.module.css'
import { type Bar, bars, type Line, type Section, sections } from './exposure'
import { StateMark } from './state-mark'

const EVERY_MS = 1_000
const AFTER_ERROR_MS = 5_000

/** What the house holds against its clients: it is short what they are long. */
export function ExposurePanel({ dealing }: { dealing: Dealing }) {
  const query = useQuery({
    queryKey: keys.exposure,
    queryFn: () => dealing.exposure(),
    refetchInterval: ({ state }) => (state.error ? AFTER_ERROR_MS : EVERY_MS),
    retry: false,
  })
  const { data } = query
  const current = data !== undefined && !data.stale && query.error === null
  return (
    <Panel
      title="Exposure"
      actions={
        data && <StateMark good={current}>{current ? data.currency : 'Not current'}</StateMark>
      }
    >
      {data === undefined ? (
        pendingOr(query)
      ) : data.symbols.length === 0 ? (
        <Empty>No client holds a position.</Empty>
      ) : (
        <Sections found={sections(data)} currency={data.currency} stale={!current} />
      )}
    </Panel>
  )
}

interface SectionsProps {
  found: readonly Section[]
  currency: string
  stale: boolean
}

function Sections({ found, currency, stale }: SectionsProps) {
  const columns = [
    { title: 'Held' },
    { title: 'Net', number: true },
    { title: 'Side', hidden: true },
    { title: `Worth, ${currency}`, number: true },
    { title: 'P&L', number: true },
  ]
  return (
    <DataTable label="What the house holds" columns={columns}>
      {found.flatMap(({ title, lines }) => [
        title !== 'Symbol' && (
          <tr key={title}>
            <th scope="colgroup" colSpan={5}>{`By ${title.toLowerCase()}`}</th>
          </tr>
        ),
        ...lines.map((line, at) => (
          <Row
            key={`${title} ${line.key}`}
            line={line}
            bar={bars(lines)[at]}
            currency={currency}
            stale={stale}
          />
        )),
      ])}
    </DataTable>
  )
}

interface RowProps {
  line: Line
  bar: Bar | undefined
  currency: string
  stale: boolean
}

function Row({ line: { name, under, net, notional, pnl }, bar, currency, stale }: RowProps) {
  return (
    <tr data-testid="exposure-row" data-stale={stale || undefined}>
      <th scope="row">
        {name} {under && <span className={table.sub}>{under}</span>}
      </th>
      <td className={NUMBER}>{net}</td>
      <td
        className={classes.net}
        data-side={bar?.side}
        style={{ '--size': bar?.size, '--at': bar?.at } as CSSProperties}
      >
        <span className="visually-hidden">{bar?.side}</span>
      </td>
      <td className={NUMBER}>{formatSigned(notional, currency)}</td>
      <td className={NUMBER}>{pnl === null ? formatMoney(null) : formatSigned(pnl, currency)}</td>
    </tr>
  )
}
