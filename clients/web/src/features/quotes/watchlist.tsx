import { useCallback, useMemo, useState } from 'react'
import type { Instrument } from '../../api/model'
import { useStreamStatus } from '../../stream/stream-context'
import { pendingOr } from '../../ui/empty'
import { Panel } from '../../ui/panel'
import { prefer, usePreferences } from '../../ui/preferences'
import { Search } from '../../ui/search'
import { OneClickBanner } from '../ticket/one-click'
import { useInstruments } from './instruments'
import { QuoteRow } from './quote-row'
import { useSteps } from './use-steps'
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
        <div className={classes.body}>
          <OneClickBanner />
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
        </div>
      )}
    </Panel>
  )
}

function matching(all: readonly Instrument[], filter: string): readonly Instrument[] {
  const text = filter.trim().toLowerCase()
  if (!text) return all
  return all.filter(({ symbol, name }) => `${symbol} ${name}`.toLowerCase().includes(text))
}
