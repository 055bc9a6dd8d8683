import Big from 'big.js'
import { big, type Price, type Quantity } from '../../api/decimals'
import type { Instrument, Side } from '../../api/model'
import { formatMoney, formatPrice } from '../../ui/format'
import { type LevelUnit, prefer, usePreferences } from '../../ui/preferences'
import {
  distanceTo,
  inPips,
  type LevelKind,
  levelAt,
  parsePips,
  parsePrice,
} from '../orders/levels'
import { useQuote } from '../quotes/use-quote'
import { entryOf, type Terms } from './draft'
import classes from './fields.module.css'
import { PriceField } from './price-field'
import type { DraftProps } from './use-draft'
import { useRate } from './use-rate'

/** Where an arrow key begins in an empty field. */
const PIPS_START = new Big(20)

export interface ProtectionFieldsProps extends DraftProps {
  terms: Terms
  side: Side
  units: Quantity | undefined
}

/** The protective orders the position is to have. */
export function ProtectionFields(props: ProtectionFieldsProps) {
  const { instrument, draft, change, problems } = props
  const start = PIPS_START
  return (
    <fieldset className={classes.fields}>
      <legend>
        Protection
        <UnitChoice />
      </legend>
      <LevelField {...props} kind="stop_loss" />
      <LevelField {...props} kind="take_profit" />
      <PriceField
        label="Trailing stop"
        value={draft.trailing}
        onChange={(trailing) => change({ trailing })}
        problem={problems.trailing}
        step={new Big(1)}
        start={start}
        decimals={0}
        placeholder="pips"
      />
      {instrument.guaranteed_stop && <GuaranteedStop {...props} />}
    </fieldset>
  )
}

const UNITS: readonly LevelUnit[] = ['pips', 'price']

function UnitChoice() {
  const unit = usePreferences((state) => state.levelUnit)
  return (
    <span className={classes.unit}>
      {UNITS.map((each) => (
        <button
          key={each}
          type="button"
          aria-label={`Stop loss and take profit in ${each}`}
          aria-pressed={each === unit}
          onClick={() => prefer({ levelUnit: each })}
        >
          {each}
        </button>
      ))}
    </span>
  )
}

interface LevelFieldProps extends ProtectionFieldsProps {
  kind: LevelKind
}

const FIELDS = {
  stop_loss: { label: 'Stop loss', field: 'stopLoss', command: 'stop-loss' },
  take_profit: { label: 'Take profit', field: 'takeProfit', command: 'take-profit' },
} as const

function LevelField({ kind, instrument, draft, change, problems, terms, side }: LevelFieldProps) {
  const unit = usePreferences((state) => state.levelUnit)
  const quote = useQuote(instrument.symbol)
  const { label, field, command } = FIELDS[kind]
  const entry = quote && entryOf(terms, side, quote)
  const typed = draft[field]
  const usual = parsePips(PIPS_START.toFixed(), instrument)
  const inPipsNow = unit === 'pips'
  const start = inPipsNow ? PIPS_START : entry && usual && levelAt(kind, side, entry, usual)
  return (
    <PriceField
      label={label}
      command={command}
      value={typed}
      onChange={(text) => change({ [field]: text })}
      problem={problems[field]}
      hint={entry && meaning(kind, side, entry, typed, unit, instrument)}
      step={inPipsNow ? new Big(1) : big(instrument.pip)}
      start={start}
      decimals={inPipsNow ? 0 : instrument.price_precision}
      placeholder={inPipsNow ? 'pips' : 'price'}
    />
  )
}

/** The level of a distance, the distance of a level. */
function meaning(
  kind: LevelKind,
  side: Side,
  entry: Price,
  typed: string,
  unit: LevelUnit,
  instrument: Instrument,
): string | undefined {
  const { price_precision: precision, pip } = instrument
  if (unit === 'pips') {
    const distance = parsePips(typed, instrument)
    const level = distance && levelAt(kind, side, entry, distance)
    return level && `${side}: ${formatPrice(level, precision)}`
  }
  const level = parsePrice(typed, precision)
  const distance = level && distanceTo(kind, side, entry, level)
  return distance?.gt(0) ? `${inPips(distance, pip)} pips` : undefined
}

/** A stop that fills at its level whatever the market does, and what that costs. */
function GuaranteedStop({ instrument, draft, change, units }: ProtectionFieldsProps) {
  const { rate, currency } = useRate(instrument)
  const terms = instrument.guaranteed_stop
  if (terms === null) return null
  const cost = rate && units && big(terms.premium).times(big(units)).times(rate)
  const pips = `${inPips(terms.premium, instrument.pip)} pips`
  return (
    <label
      className={classes.check}
      title={`At least ${inPips(terms.distance, instrument.pip)} pips away; costs ${pips}`}
    >
      <input
        type="checkbox"
        checked={draft.guaranteed && draft.stopLoss !== ''}
        disabled={draft.stopLoss === ''}
        onChange={(event) => change({ guaranteed: event.target.checked })}
      />
      <span>Guaranteed stop</span>
      <span className={classes.quiet}>
        {pips}
        {cost && ` = ${formatMoney(cost, currency)} ${currency}`}
      </span>
    </label>
  )
}
