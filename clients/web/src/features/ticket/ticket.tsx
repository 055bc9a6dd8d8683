import { useCallback } from 'react'
import { big, type Quantity, quantity } from '../../api/decimals'
import type { Instrument, Side } from '../../api/model'
import { useStreamStatus } from '../../stream/stream-context'
import { useCommand } from '../../ui/commands'
import { Panel } from '../../ui/panel'
import { prefer, usePreferences } from '../../ui/preferences'
import { useAccount } from '../account/active-account'
import { useQuote } from '../quotes/use-quote'
import { DealButtons } from './deal-buttons'
import { Estimates } from './estimates'
import { ExecutionFields } from './execution-fields'
import { LastOutcome } from './last-outcome'
import { QuantityField } from './quantity-field'
import classes from './ticket.module.css'
import { orderOf, parseQuantity, quantityProblem } from './ticket-model'
import { useSubmit } from './use-submit'

/** The order ticket of the selected instrument. */
export function Ticket({ instrument }: { instrument: Instrument }) {
  const quote = useQuote(instrument.symbol)
  const [units, setUnits] = useUnits(instrument)
  const { submit, ask, sending, unresolved, last } = useSubmit()
  const blocked = useBlocked(instrument, units, sending)
  const deal = useCallback(
    (side: Side) => {
      if (blocked || !quote || !units) return
      const { execution, deviationPoints } = usePreferences.getState()
      submit((key) => orderOf({ instrument, side, units, execution, quote, deviationPoints }, key))
    },
    [blocked, quote, units, instrument, submit],
  )
  useCommand(
    'buy',
    useCallback(() => deal('buy'), [deal]),
  )
  useCommand(
    'sell',
    useCallback(() => deal('sell'), [deal]),
  )
  return (
    <Panel title="Order" actions={<span className="quiet">{instrument.symbol}</span>}>
      <div className={classes.ticket}>
        <DealButtons instrument={instrument} quote={quote} blocked={blocked} onDeal={deal} />
        <output className={classes.blocked}>{blocked}</output>
        <QuantityField instrument={instrument} units={units} onChange={setUnits} />
        <ExecutionFields instrument={instrument} />
        <Estimates instrument={instrument} units={units} />
        <LastOutcome instrument={instrument} last={last} unresolved={unresolved} onAsk={ask} />
      </div>
    </Panel>
  )
}

/** The quantity is remembered per symbol; at first it is a tenth of a lot. */
function useUnits(instrument: Instrument) {
  const { symbol, contract_size } = instrument
  const kept = usePreferences((state) => state.quantities[symbol])
  const units = kept === undefined ? tenthOf(contract_size, instrument) : parseQuantity(kept)
  const change = useCallback(
    (next: Quantity | undefined) =>
      prefer(({ quantities }) => ({ quantities: { ...quantities, [symbol]: next ?? '' } })),
    [symbol],
  )
  return [units, change] as const
}

function tenthOf(lot: Quantity, instrument: Instrument): Quantity {
  const tenth = quantity(big(lot).div(10).toFixed())
  return quantityProblem(tenth, instrument) ? instrument.quantity_min : tenth
}

/** The first reason why nothing can be dealt right now. */
function useBlocked(instrument: Instrument, units: Quantity | undefined, sending: boolean) {
  const { status } = useAccount()
  const stream = useStreamStatus()
  const tradable = useQuote(instrument.symbol)?.tradable
  if (sending) return 'Sending…'
  if (stream.kind !== 'live') return 'Waiting for live prices'
  if (status !== 'active') return `The account is ${status.replace('_', ' ')}`
  if (tradable === undefined) return 'No price yet'
  if (!tradable) return 'Not tradable right now'
  if (units === undefined) return 'Enter a quantity'
  return quantityProblem(units, instrument)
}
