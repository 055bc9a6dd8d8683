import Big from 'big.js'
import { big, type Quantity } from '../../api/decimals'
import type { Instrument, Side } from '../../api/model'
import type { Preview, PreviewOrder } from '../../api/orders'
import { formatMoney, formatPercent } from '../../ui/format'
import { reasonInWords, sideWord } from '../../ui/words'
import { useAccount } from '../account/active-account'
import { marginOf } from '../valuation/valuation'
import fields from './fields.module.css'
import classes from './ticket.module.css'
import { usePreview } from './use-preview'
import { useRate } from './use-rate'

export interface EstimatesProps {
  instrument: Instrument
  units: Quantity | undefined
  /** The order as it would be sent; undefined while it cannot be. */
  order: PreviewOrder | undefined
  side: Side
  onSide: (side: Side) => void
}

const SIDES: readonly Side[] = ['sell', 'buy']

/** What the order would tie up, cost and leave: the server's own answer, before anything is sent. */
export function Estimates({ instrument, units, order, side, onSide }: EstimatesProps) {
  const { currency } = useAccount()
  const { data, isPlaceholderData } = usePreview(order)
  const preview = order && data
  const own = useOwnFigures(instrument, units)
  const cells: [string, string][] = [
    ['Value', own.value],
    ['Pip value', own.pip],
    ['Margin', preview ? formatMoney(preview.margin, currency) : own.margin],
    ['Commission', formatMoney(preview?.commission, currency)],
    ['Spread cost', preview ? formatMoney(preview.spread_cost, currency) : own.spread],
  ]
  return (
    <section aria-label="Preview">
      <div className={fields.legend}>
        Preview in {currency}
        <span className={fields.unit}>
          {SIDES.map((each) => (
            <button
              key={each}
              type="button"
              aria-label={`Preview of a ${each}`}
              aria-pressed={each === side}
              onClick={() => onSide(each)}
            >
              {sideWord(each)}
            </button>
          ))}
        </span>
      </div>
      <dl
        className={classes.estimates}
        aria-label={`Estimates in ${currency}`}
        data-stale={isPlaceholderData || undefined}
      >
        {cells.map(([term, value]) => (
          <div key={term}>
            <dt>{term}</dt>
            <dd>{value}</dd>
          </div>
        ))}
        <div data-testid="level-after">
          <dt>Level after</dt>
          <dd>{levelAfter(preview)}</dd>
        </div>
      </dl>
      <Refusal preview={preview} />
    </section>
  )
}

/** The larger it is the less its decimals say. */
function levelAfter(preview: Preview | undefined): string {
  if (!preview?.margin_level_after) return '–'
  const level = big(preview.margin_level_after)
  return level.gte(1000) ? formatPercent(level, 0) : formatPercent(level, 1)
}

/** What would keep the order from being taken now. */
function Refusal({ preview }: { preview: Preview | undefined }) {
  const why = preview?.reject ?? preview?.end
  if (!why) return null
  return <output className={classes.refusal}>{reasonInWords(why)}</output>
}

/** What needs no server, or stands in until it has answered. */
function useOwnFigures(instrument: Instrument, units: Quantity | undefined) {
  const { leverage } = useAccount()
  const { currency, quote, rate } = useRate(instrument)
  const size = new Big(units ?? 0)
  const show = (amount: Big | undefined) =>
    formatMoney(units && rate && amount ? amount.times(rate) : undefined, currency)
  const margin =
    units && quote && rate && marginOf(units, quote.ask, String(leverage), instrument, rate)
  return {
    value: show(quote && size.times(big(quote.ask))),
    pip: show(size.times(big(instrument.pip))),
    spread: show(quote && size.times(big(quote.ask).minus(big(quote.bid)))),
    margin: formatMoney(margin, currency),
  }
}
