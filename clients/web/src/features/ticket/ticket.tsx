import { useCallback, useState } from 'react'
import type { Quantity } from '../../api/decimals'
import type { Instrument, Side } from '../../api/model'
import { Panel } from '../../ui/panel'
import { prefer, usePreferences } from '../../ui/preferences'
import { parseQuantity, usualQuantity } from '../orders/quantity'
import { useQuote } from '../quotes/use-quote'
import { AdvancedFields } from './advanced-fields'
import { DealButtons } from './deal-buttons'
import { naturalSide } from './draft'
import { EntryFields, TypeField } from './entry-fields'
import { Estimates } from './estimates'
import { ExecutionFields } from './execution-fields'
import { LastOutcome } from './last-outcome'
import { OneClickSwitch } from './one-click'
import { ProtectionFields } from './protection-fields'
import { QuantityField } from './quantity-field'
import classes from './ticket.module.css'
import { useDeal } from './use-deal'
import { useDraft } from './use-draft'

/** The order ticket of the selected instrument. */
export function Ticket({ instrument }: { instrument: Instrument }) {
  const quote = useQuote(instrument.symbol)
  const [units, setUnits] = useUnits(instrument)
  const typed = useDraft(instrument)
  const { draft, terms } = typed
  const { deal, blocked, ask, unresolved, last } = useDeal({ ...typed, units })
  const [chosen, setChosen] = useState<Side>('buy')
  const side = (quote && naturalSide(terms, quote)) ?? chosen
  const order = units && { symbol: instrument.symbol, side, quantity: units, ...terms }
  return (
    <Panel title="Order" actions={<OneClickSwitch />}>
      <div className={classes.ticket}>
        <div className={classes.head}>
          <TypeField {...typed} />
          <DealButtons
            instrument={instrument}
            quote={quote}
            terms={terms}
            blocked={blocked}
            onDeal={(side) => void deal(side)}
            onLook={setChosen}
          />
          <output className={classes.blocked}>{blocked}</output>
        </div>
        <div className={classes.body}>
          <QuantityField instrument={instrument} units={units} onChange={setUnits} />
          {draft.type === 'market' ? (
            <ExecutionFields instrument={instrument} />
          ) : (
            <EntryFields {...typed} />
          )}
          {!draft.reduceOnly && <ProtectionFields {...typed} side={side} units={units} />}
          <AdvancedFields {...typed} />
        </div>
        <div className={classes.foot}>
          <LastOutcome instrument={instrument} last={last} unresolved={unresolved} onAsk={ask} />
          <Estimates
            instrument={instrument}
            units={units}
            order={blocked === undefined ? order : undefined}
            side={side}
            onSide={setChosen}
          />
        </div>
      </div>
    </Panel>
  )
}

/** The quantity is remembered per symbol; at first it is a tenth of a lot. */
function useUnits(instrument: Instrument) {
  const { symbol } = instrument
  const kept = usePreferences((state) => state.quantities[symbol])
  const units = kept === undefined ? usualQuantity(instrument) : parseQuantity(kept)
  const change = useCallback(
    (next: Quantity | undefined) =>
      prefer(({ quantities }) => ({ quantities: { ...quantities, [symbol]: next ?? '' } })),
    [symbol],
  )
  return [units, change] as const
}
