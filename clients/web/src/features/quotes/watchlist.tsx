import { useCallback, useMemo, useRef, useState } from 'react'
import type { Instrument } from '../../api/model'
import { useStreamStatus } from '../../stream/stream-context'
import { useCommand } from '../../ui/commands'
import { pendingOr } from '../../ui/empty'
import { Panel } from '../../ui/panel'
import { prefer, usePreferences } from '../../ui/preferences'
import { useInstruments } from './instruments'
import { QuoteRow } from './quote-row'
import classes from './watchlist.module.css'

const NONE: readonly Instrument[] = []

export interface WatchlistProps {
  onPick?: (symbol: string) => void
}

/** All symbols with their live prices; the selected one is on the chart and in the ticket. */
export function Watchlist({ onPick }: WatchlistProps) {
  const query = useInstruments()
  const [filter, setFilter] = useState('')
  const live = useStreamStatus().kind === 'live'
  const selected = usePreferences((state) => state.symbol)
  const all = query.data ?? NONE
  const shown = useMemo(() => matching(all, filter), [all, filter])
  const select = useCallback(
    (symbol: string) => {
      prefer({ symbol })
      onPick?.(symbol)
    },
    [onPick],
  )
  useSteps(shown, selected, select)
  return (
    <Panel
      title="Markets"
      actions={<Search value={filter} onChange={setFilter} hint={onPick ? '' : '/'} />}
    >
      {pendingOr(query) ?? (
        <div
          className={classes.list}
          role="table"
          aria-label="Watchlist"
          data-stale={!live || undefined}
        >
          <div role="row" className={classes.head}>
            <span role="columnheader">Symbol</span>
            <span role="columnheader">Bid</span>
            <span role="columnheader">Ask</span>
            <span role="columnheader">Spread</span>
          </div>
          {shown.map((instrument) => (
            <QuoteRow
              key={instrument.symbol}
              instrument={instrument}
              selected={instrument.symbol === selected}
              onSelect={select}
            />
          ))}
        </div>
      )}
    </Panel>
  )
}

interface SearchProps {
  value: string
  onChange: (text: string) => void
  /** The key that leads here, where there are keys. */
  hint: string
}

function Search({ value, onChange, hint }: SearchProps) {
  const input = useRef<HTMLInputElement>(null)
  useCommand(
    'search',
    useCallback(() => input.current?.focus(), []),
  )
  return (
    <input
      ref={input}
      className={classes.search}
      type="search"
      placeholder={`Find  ${hint}`}
      aria-label="Find a symbol"
      value={value}
      onChange={(event) => onChange(event.target.value)}
      onKeyDown={(event) => {
        if (event.key !== 'Escape') return
        onChange('')
        input.current?.blur()
      }}
    />
  )
}

function useSteps(
  shown: readonly Instrument[],
  selected: string,
  select: (symbol: string) => void,
): void {
  const step = useCallback(
    (by: number) => {
      const at = shown.findIndex(({ symbol }) => symbol === selected)
      const next = shown[(at + by + shown.length) % shown.length]
      if (next) select(next.symbol)
    },
    [shown, selected, select],
  )
  useCommand(
    'next-symbol',
    useCallback(() => step(1), [step]),
  )
  useCommand(
    'previous-symbol',
    useCallback(() => step(-1), [step]),
  )
}

function matching(all: readonly Instrument[], filter: string): readonly Instrument[] {
  const text = filter.trim().toLowerCase()
  if (!text) return all
  return all.filter(({ symbol, name }) => `${symbol} ${name}`.toLowerCase().includes(text))
}
