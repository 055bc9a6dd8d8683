import { useCallback, useMemo, useState } from 'react'
import type { SymbolLiquidity } from '../../api/model'
import { type Column, DataTable, NUMBER, ROOMY_NUMBER, WIDE_NUMBER } from '../../ui/data-table'
import { Empty } from '../../ui/empty'
import { Panel } from '../../ui/panel'
import { prefer, usePreferences } from '../../ui/preferences'
import { Search } from '../../ui/search'
import table from '../../ui/table.module.css'
import { useSteps } from '../quotes/use-steps'
import classes from './dealing.module.css'
import { formatAge } from './dealing-format'
import {
  ageMs,
  liveLps,
  matching,
  pressed,
  type Sorting,
  type SortKey,
  sorted,
  stateInWords,
} from './liquidity'
import { StateMark } from './state-mark'

const COLUMNS: readonly (Column & { key: SortKey })[] = [
  { key: 'symbol', title: 'Symbol' },
  { key: 'state', title: 'State' },
  { key: 'bid', title: 'Bid', number: true },
  { key: 'ask', title: 'Ask', number: true },
  { key: 'spread', title: 'Spread', number: true },
  { key: 'lps', title: 'Live LPs', number: true, roomy: true },
  { key: 'age', title: 'Age', number: true, wide: true },
]

const [NONE, ASCENDING, DESCENDING] = ['none', 'ascending', 'descending'] as const

export interface SymbolsPanelProps {
  items: readonly SymbolLiquidity[]
  sinceMs: number
  current: boolean
  onPick?: () => void
}

/** The composite price of every symbol, unmarked, and whether it can be traded. */
export function SymbolsPanel({ items, sinceMs, current, onPick }: SymbolsPanelProps) {
  const [filter, setFilter] = useState('')
  const [sorting, setSorting] = useState<Sorting>({ by: 'symbol', descending: false })
  const selected = usePreferences((state) => state.symbol)
  const shown = useMemo(() => sorted(matching(items, filter), sorting), [items, filter, sorting])
  const select = useCallback(
    (symbol: string) => {
      prefer({ symbol })
      onPick?.()
    },
    [onPick],
  )
  useSteps(shown, selected, select)
  const columns = COLUMNS.map((column) => ({
    ...column,
    order: sorting.by === column.key ? direction(sorting) : NONE,
    onOrder: () => setSorting(pressed(sorting, column.key)),
  }))
  return (
    <Panel
      title="Symbols"
      actions={<Search value={filter} onChange={setFilter} hint={onPick ? '' : '/'} />}
    >
      {shown.length === 0 ? (
        <Empty>No symbol matches.</Empty>
      ) : (
        <DataTable label="Composite prices" columns={columns}>
          {shown.map((item) => (
            <SymbolRow
              key={item.symbol}
              item={item}
              sinceMs={sinceMs}
              stale={!current || !item.tradable}
              selected={item.symbol === selected}
              onSelect={select}
            />
          ))}
        </DataTable>
      )}
    </Panel>
  )
}

interface RowProps {
  item: SymbolLiquidity
  sinceMs: number
  stale: boolean
  selected: boolean
  onSelect: (symbol: string) => void
}

function SymbolRow({ item, sinceMs, stale, selected, onSelect }: RowProps) {
  const { symbol, bid, ask, spread_points, quotes } = item
  const youngest = ageMs(item)
  const age = formatAge(youngest === undefined ? undefined : youngest + sinceMs)
  return (
    // The button inside is the keyboard's way in.
    <tr
      className={classes.row}
      data-testid="symbol-row"
      data-selected={selected || undefined}
      data-stale={stale || undefined}
      onClick={() => onSelect(symbol)}
    >
      <td>
        <button
          type="button"
          className={`${table.link} ${table.symbol}`}
          aria-pressed={selected}
          aria-label={`Book of ${symbol}`}
        >
          {symbol}
        </button>
      </td>
      <td>
        <StateMark good={item.tradable}>{stateInWords(item)}</StateMark>
        <span className={table.under}>{age}</span>
      </td>
      <td className={NUMBER}>{bid ?? '–'}</td>
      <td className={NUMBER}>{ask ?? '–'}</td>
      <td className={NUMBER}>{spread_points ?? '–'}</td>
      <td className={ROOMY_NUMBER}>{`${liveLps(item)} of ${quotes.length}`}</td>
      <td className={WIDE_NUMBER}>{age}</td>
    </tr>
  )
}

const direction = ({ descending }: Sorting) => (descending ? DESCENDING : ASCENDING)
