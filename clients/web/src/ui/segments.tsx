import classes from './segments.module.css'

export interface SegmentsProps<T extends string | number> {
  label: string
  choices: readonly { value: T; label: string }[]
  value: T
  onChange: (value: T) => void
  compact?: boolean
}

/** One of a few, all visible. */
export function Segments<T extends string | number>(props: SegmentsProps<T>) {
  const { label, choices, value, onChange, compact = false } = props
  return (
    <fieldset className={classes.segments} data-compact={compact || undefined}>
      <legend className="visually-hidden">{label}</legend>
      {choices.map((choice) => (
        <button
          key={choice.value}
          type="button"
          aria-pressed={choice.value === value}
          onClick={() => onChange(choice.value)}
        >
          {choice.label}
        </button>
      ))}
    </fieldset>
  )
}
