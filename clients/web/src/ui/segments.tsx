import classes from './segments.module.css'

export interface SegmentsProps<T extends string | number> {
  label: string
  choices: readonly { value: T; label: string }[]
  value: T
  onChange: (value: T) => void
  compact?: boolean
  /** As wide as their words, where five have to share a narrow pane. */
  snug?: boolean
}

/** One of a few, all visible. */
export function Segments<T extends string | number>(props: SegmentsProps<T>) {
  const { label, choices, value, onChange, compact = false, snug = false } = props
  return (
    <fieldset
      className={classes.segments}
      data-compact={compact || undefined}
      data-snug={snug || undefined}
    >
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
