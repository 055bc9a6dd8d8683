import Big from 'big.js'
import { useCallback, useId, useRef, useState } from 'react'
import { isDecimal } from '../../api/decimals'
import { type Command, useCommand } from '../../ui/commands'
import classes from './fields.module.css'

export interface PriceFieldProps {
  label: string
  value: string
  onChange: (text: string) => void
  problem: string | undefined
  /** What the value means: the level of a distance, the distance of a level. */
  hint?: string | undefined
  /** What an arrow key adds, and where it begins in an empty field. */
  step: Big
  start: Big | undefined
  decimals: number
  /** The key that leads here. */
  command?: Command
  placeholder?: string
}

/** A price or a distance: arrows step by a pip, with Shift by ten; Escape leaves the field. */
export function PriceField(props: PriceFieldProps) {
  const { label, value, onChange, problem, hint, placeholder } = props
  const id = useId()
  const input = useRef<HTMLInputElement>(null)
  const [left, setLeft] = useState(false)
  useFocusBy(props.command, input)
  // Nobody is told off for what they are still typing, nor for what they have not begun.
  const told = value && left ? problem : undefined
  return (
    <div className={classes.row}>
      <label htmlFor={id}>{label}</label>
      <span id={`${id}-hint`} className={classes.hint}>
        {told ? '' : hint}
      </span>
      <input
        id={id}
        ref={input}
        className={classes.input}
        inputMode="decimal"
        autoComplete="off"
        placeholder={placeholder}
        value={value}
        aria-invalid={told !== undefined}
        aria-describedby={`${id}-hint ${id}-told`}
        onFocus={(event) => event.target.select()}
        onBlur={() => setLeft(true)}
        onChange={(event) => {
          setLeft(false)
          onChange(event.target.value)
        }}
        onKeyDown={(event) => {
          if (event.key === 'Escape') event.currentTarget.blur()
          const by = { ArrowUp: 1, ArrowDown: -1 }[event.key]
          if (by === undefined) return
          event.preventDefault()
          const next = steppedText(props, by * (event.shiftKey ? 10 : 1))
          if (next !== undefined) onChange(next)
        }}
      />
      <span id={`${id}-told`} className={classes.told}>
        {told}
      </span>
    </div>
  )
}

function steppedText({ value, step, start, decimals }: PriceFieldProps, by: number) {
  if (value === '') return start?.toFixed(decimals)
  if (!isDecimal(value)) return undefined
  const next = new Big(value).plus(step.times(by))
  return next.gt(0) ? next.toFixed(decimals) : undefined
}

function useFocusBy(command: Command | undefined, input: React.RefObject<HTMLInputElement | null>) {
  useCommand(
    command ?? 'none',
    useCallback(() => input.current?.focus(), [input]),
  )
}
