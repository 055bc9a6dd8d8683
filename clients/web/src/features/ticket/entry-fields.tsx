import { useCallback } from 'react'
import { big } from '../../api/decimals'
import type { Instrument } from '../../api/model'
import type { OrderType, TimeInForce } from '../../api/orders'
import { useCommand } from '../../ui/commands'
import { Segments } from '../../ui/segments'
import { typeWord } from '../../ui/words'
import { parsePrice } from '../orders/levels'
import { useQuote } from '../quotes/use-quote'
import { fromMarket, hasLimit, hasTrigger, lifeOf, livesOf } from './draft'
import classes from './fields.module.css'
import { PriceField } from './price-field'
import type { DraftProps } from './use-draft'

const TYPES: readonly OrderType[] = ['market', 'limit', 'stop', 'stop_limit', 'market_if_touched']
const CHOICES = TYPES.map((value) => ({ value, label: typeWord(value) }))

/** What kind of order it is to be. */
export function TypeField({ draft, change }: Pick<DraftProps, 'draft' | 'change'>) {
  const { type } = draft
  useCommand(
    'order-type',
    useCallback(() => {
      change({ type: TYPES[(TYPES.indexOf(type) + 1) % TYPES.length] ?? 'market' })
    }, [type, change]),
  )
  return (
    <Segments
      label="Order type"
      choices={CHOICES}
      value={type}
      onChange={(type) => change({ type })}
      snug
    />
  )
}

/** At which prices the order is to work, and how long. */
export function EntryFields({ instrument, draft, change, problems }: DraftProps) {
  const trigger = hasTrigger(draft.type)
  return (
    <div className={classes.fields}>
      {trigger && (
        <EntryField
          label="Trigger price"
          instrument={instrument}
          command="entry"
          value={draft.stop}
          problem={problems.stop}
          onChange={(stop) => change({ stop })}
        />
      )}
      {hasLimit(draft.type) && (
        <EntryField
          label="Limit price"
          instrument={instrument}
          {...(trigger ? {} : { command: 'entry' as const })}
          value={draft.limit}
          problem={problems.limit}
          onChange={(limit) => change({ limit })}
        />
      )}
      {draft.type !== 'market' && (
        <LifeField instrument={instrument} draft={draft} change={change} problems={problems} />
      )}
    </div>
  )
}

interface EntryFieldProps {
  label: string
  instrument: Instrument
  command?: 'entry'
  value: string
  problem: string | undefined
  onChange: (text: string) => void
}

function EntryField({ instrument, value, ...props }: EntryFieldProps) {
  const quote = useQuote(instrument.symbol)
  const typed = parsePrice(value, instrument.price_precision)
  return (
    <PriceField
      {...props}
      value={value}
      hint={typed && quote && fromMarket(typed, quote, instrument.pip)}
      step={big(instrument.pip)}
      start={quote && big(quote.bid)}
      decimals={instrument.price_precision}
      placeholder={quote?.bid ?? ''}
    />
  )
}

const LIVES: Readonly<Record<TimeInForce, string>> = {
  gtc: 'Until cancelled',
  day: 'Today',
  gtd: 'Until a time…',
  ioc: 'At once, or in part',
  fok: 'At once, or not',
}

/** How long the order lives; a time of its own where the user says so. */
export function LifeField({ instrument, draft, change, problems }: DraftProps) {
  const life = lifeOf(draft, instrument)
  return (
    <>
      <div className={classes.row}>
        <label htmlFor="life">Time in force</label>
        <select
          id="life"
          className={classes.input}
          value={life}
          onChange={(event) => change(lasting(event.target.value as TimeInForce, draft.until))}
        >
          {livesOf(draft.type, instrument).map((each) => (
            <option key={each} value={each}>
              {each.toUpperCase()} – {LIVES[each]}
            </option>
          ))}
        </select>
      </div>
      {life === 'gtd' && (
        <div className={classes.row}>
          <label htmlFor="until">Ends</label>
          <input
            id="until"
            className={classes.input}
            type="datetime-local"
            value={draft.until}
            aria-invalid={problems.until !== undefined}
            onChange={(event) => change({ until: event.target.value })}
          />
          <span className={classes.told}>{problems.until}</span>
        </div>
      )}
    </>
  )
}

const DAY_MS = 24 * 60 * 60_000

/** A time to start from: this time tomorrow. */
function lasting(lasts: TimeInForce, until: string) {
  if (lasts !== 'gtd' || until) return { lasts }
  const tomorrow = new Date(Date.now() + DAY_MS)
  const local = new Date(tomorrow.getTime() - tomorrow.getTimezoneOffset() * 60_000)
  return { lasts, until: local.toISOString().slice(0, 16) }
}
