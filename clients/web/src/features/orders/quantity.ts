import Big from 'big.js'
import { big, isDecimal, type Quantity, quantity } from '../../api/decimals'
import type { Instrument } from '../../api/model'
import { formatQuantity } from '../../ui/format'

const SUFFIXES: Readonly<Record<string, string>> = { k: '1000', m: '1000000' }

/** Units out of what a trader types: 100000, 100,000, 100k, 1.5m. */
export function parseQuantity(text: string): Quantity | undefined {
  const plain = text.trim().toLowerCase().replace(/[,\s]/g, '')
  const suffix = SUFFIXES[plain.slice(-1)]
  const digits = suffix ? plain.slice(0, -1) : plain
  if (!isDecimal(digits)) return undefined
  const units = new Big(digits).times(suffix ?? 1)
  return units.gt(0) ? quantity(units.toFixed()) : undefined
}

type Limits = Pick<Instrument, 'quantity_min' | 'quantity_max' | 'quantity_step'>

/** Why the instrument does not trade in this quantity; the server decides it again. */
export function quantityProblem(units: Quantity, limits: Limits): string | undefined {
  const value = big(units)
  if (value.lt(big(limits.quantity_min))) return `At least ${formatQuantity(limits.quantity_min)}`
  if (value.gt(big(limits.quantity_max))) return `At most ${formatQuantity(limits.quantity_max)}`
  if (!value.mod(big(limits.quantity_step)).eq(0)) {
    return `In steps of ${formatQuantity(limits.quantity_step)}`
  }
  return undefined
}

/** The quantity one step of a fraction of a lot away, kept within what the instrument trades. */
export function stepped(units: Quantity, by: Big, limits: Limits): Quantity {
  const step = big(limits.quantity_step)
  const wanted = big(units).plus(by).div(step).round(0, Big.roundDown).times(step)
  const [least, most] = [big(limits.quantity_min), big(limits.quantity_max)]
  const kept = wanted.lt(least) ? least : wanted.gt(most) ? most : wanted
  return quantity(kept.toFixed())
}

/** A quantity for those who have not chosen one yet: a tenth of a lot, or the least there is. */
export function usualQuantity(instrument: Instrument): Quantity {
  const tenth = quantity(big(instrument.contract_size).div(10).toFixed())
  return quantityProblem(tenth, instrument) ? instrument.quantity_min : tenth
}
