import Big from 'big.js'
import { useCallback, useEffect, useRef, useState } from 'react'
import { big, type Quantity, quantity } from '../../api/decimals'
import type { Instrument } from '../../api/model'
import { useCommand } from '../../ui/commands'
import { formatLots, formatQuantity } from '../../ui/format'
import { parseQuantity, quantityProblem, stepped } from '../orders/quantity'
import classes from './ticket.module.css'

export interface QuantityFieldProps {
  instrument: Instrument
  units: Quantity | undefined
  onChange: (units: Quantity | undefined) => void
}

const LOTS = ['0.01', '0.1', '0.5', '1', '5'] as const

/** Quantity in units, shown in lots too; arrow keys step by hundredths or tenths of a lot. */
export function QuantityField({ instrument, units, onChange }: QuantityFieldProps) {
  const field = useQuantityText(units, onChange)
  const problem = units ? quantityProblem(units, instrument) : 'Enter a quantity'
  const step = (lots: string) => {
    const from = units ?? instrument.quantity_min
    onChange(stepped(from, new Big(lots).times(big(instrument.contract_size)), instrument))
  }
  return (
    <div className={classes.field}>
      <label htmlFor="quantity">
        Quantity
        <span className={classes.aside}>
          {units && !problem ? `${formatLots(units, instrument.contract_size)} lots` : ''}
        </span>
      </label>
      <div className={classes.stepper} data-invalid={problem ? true : undefined}>
        <button type="button" aria-label="Less" tabIndex={-1} onClick={() => step('-0.01')}>
          −
        </button>
        <input
          id="quantity"
          ref={field.input}
          inputMode="decimal"
          autoComplete="off"
          value={field.text}
          aria-invalid={problem !== undefined}
          aria-describedby="quantity-problem"
          onFocus={(event) => event.target.select()}
          onChange={(event) => field.type(event.target.value)}
          onBlur={field.settle}
          onKeyDown={(event) => {
            if (event.key === 'Escape') event.currentTarget.blur()
            const direction = { ArrowUp: '', ArrowDown: '-' }[event.key]
            if (direction === undefined) return
            event.preventDefault()
            step(`${direction}${event.shiftKey ? '0.1' : '0.01'}`)
          }}
        />
        <button type="button" aria-label="More" tabIndex={-1} onClick={() => step('0.01')}>
          +
        </button>
      </div>
      <span id="quantity-problem" className={classes.problem}>
        {problem}
      </span>
      <Presets instrument={instrument} units={units} onChange={onChange} />
    </div>
  )
}

function Presets({ instrument, units, onChange }: QuantityFieldProps) {
  return (
    <fieldset className={classes.presets}>
      <legend className="visually-hidden">Quantity in lots</legend>
      {LOTS.map((lots) => {
        const preset = quantity(new Big(lots).times(big(instrument.contract_size)).toFixed())
        return (
          <button
            key={lots}
            type="button"
            aria-label={`${lots} lots`}
            aria-pressed={units === preset}
            disabled={quantityProblem(preset, instrument) !== undefined}
            onClick={() => onChange(preset)}
          >
            {lots}
          </button>
        )
      })}
    </fieldset>
  )
}

/** The text being typed; it is put into its usual form when the field is left. */
function useQuantityText(units: Quantity | undefined, onChange: QuantityFieldProps['onChange']) {
  const input = useRef<HTMLInputElement>(null)
  const [text, setText] = useState('')
  useEffect(() => {
    // While it is typed, the text is the user's; from anywhere else, it follows the value.
    setText((typed) =>
      parseQuantity(typed) === units ? typed : units ? formatQuantity(units) : typed,
    )
  }, [units])
  useCommand(
    'quantity',
    useCallback(() => input.current?.focus(), []),
  )
  return {
    input,
    text,
    type: (typed: string) => {
      setText(typed)
      onChange(parseQuantity(typed))
    },
    settle: () => units && setText(formatQuantity(units)),
  }
}
