import { useMediaQuery } from '@mantine/hooks'
import { useState } from 'react'
import type { Dealing } from '../api/dealing'
import type { Liquidity } from '../api/model'
import { BookPanel } from '../features/dealing/book-panel'
import { formatAge } from '../features/dealing/dealing-format'
import { ExposurePanel } from '../features/dealing/exposure-panel'
import { LpsPanel } from '../features/dealing/lps-panel'
import { StateMark } from '../features/dealing/state-mark'
import { SymbolsPanel } from '../features/dealing/symbols-panel'
import { useLiquidity } from '../features/dealing/use-liquidity'
import { Brand } from '../ui/brand'
import { pendingOr } from '../ui/empty'
import { usePreferences } from '../ui/preferences'
import { PHONE } from '../ui/screen'
import { errorInWords } from '../ui/words'
import { BarButtons } from './bar-buttons'
import classes from './dealer-page.module.css'
import { HelpDialog } from './help-dialog'
import { DEALER_SHORTCUTS, useShortcuts } from './shortcuts'
import bar from './top-bar.module.css'
import { type View, ViewTabs } from './view-tabs'

type DealerView = 'symbols' | 'book' | 'lps' | 'exposure'

const VIEWS: readonly View<DealerView>[] = [
  { view: 'symbols', label: 'Symbols' },
  { view: 'book', label: 'Book' },
  { view: 'lps', label: 'LPs' },
  { view: 'exposure', label: 'Exposure' },
]

/** What the LPs offer and what the house makes of it, for staff. */
export default function DealerPage({ dealing }: { dealing: Dealing }) {
  useShortcuts(DEALER_SHORTCUTS)
  const phone = useMediaQuery(PHONE, undefined, { getInitialValueInEffect: false }) ?? false
  const liquidity = useLiquidity(dealing)
  const { query } = liquidity
  return (
    <div className={phone ? classes.phone : classes.desk}>
      <header className={`${bar.bar} ${classes.top}`}>
        <h1 className={bar.brand}>
          <Brand />
        </h1>
        <Summary liquidity={query.data} />
        <div className={bar.tools}>
          <Currency {...liquidity} />
          <BarButtons phone={phone} />
        </div>
      </header>
      {query.data ? (
        <Panes phone={phone} dealing={dealing} {...liquidity} />
      ) : (
        <main>{pendingOr(query)}</main>
      )}
      <HelpDialog shortcuts={DEALER_SHORTCUTS} />
    </div>
  )
}

interface PanesProps extends ReturnType<typeof useLiquidity> {
  phone: boolean
  dealing: Dealing
}

function Panes({ phone, dealing, query, sinceMs, current }: PanesProps) {
  const [view, setView] = useState<DealerView>('symbols')
  const symbol = usePreferences((state) => state.symbol)
  if (query.data === undefined) return null
  const { items, lps, rates } = query.data
  const item = items.find((each) => each.symbol === symbol) ?? items[0]
  const shows = (each: DealerView) => !phone || view === each
  return (
    <>
      <main className={classes.main}>
        {shows('symbols') && (
          <div className={classes.symbols}>
            <SymbolsPanel
              items={items}
              sinceMs={sinceMs}
              current={current}
              {...(phone && { onPick: () => setView('book') })}
            />
          </div>
        )}
        {shows('book') && (
          <div className={classes.book}>
            <BookPanel item={item} lps={lps} sinceMs={sinceMs} current={current} />
          </div>
        )}
        {shows('lps') && (
          <div className={classes.lps}>
            <LpsPanel lps={lps} rates={rates} current={current} />
          </div>
        )}
        {shows('exposure') && (
          <div className={classes.exposure}>
            <ExposurePanel dealing={dealing} />
          </div>
        )}
      </main>
      {phone && <ViewTabs views={VIEWS} value={view} onChange={setView} />}
    </>
  )
}

function Summary({ liquidity }: { liquidity: Liquidity | undefined }) {
  if (liquidity === undefined) return null
  const { items, lps } = liquidity
  const tradable = items.filter((item) => item.tradable).length
  const up = lps.filter((lp) => lp.enabled && lp.up).length
  return (
    <p className={classes.summary}>
      <span>{`${tradable} of ${items.length} tradable`}</span>
      <span>{`${up} of ${lps.length} LPs up`}</span>
    </p>
  )
}

/** Whether what is on screen is what is. */
function Currency({ query, sinceMs, current }: ReturnType<typeof useLiquidity>) {
  if (query.data === undefined) return null
  const why = query.error ? errorInWords(query.error) : undefined
  const word = current ? 'Live' : 'Not current'
  return (
    <span className={classes.currency} title={why}>
      <StateMark good={current}>{current ? word : `${word} for ${formatAge(sinceMs)}`}</StateMark>
      <output className="visually-hidden">{`Prices: ${word}`}</output>
    </span>
  )
}
