import classes from './choice.module.css'
import { Segments, type SegmentsProps } from './segments'

/** One of some: all visible where there is room, else a list that opens. */
export function Choice<T extends string>(props: Omit<SegmentsProps<T>, 'compact'>) {
  const { label, choices, value, onChange } = props
  const choose = (text: string) => {
    const choice = choices.find((each) => each.value === text)
    if (choice) onChange(choice.value)
  }
  return (
    <>
      <div className={classes.roomy}>
        <Segments {...props} compact />
      </div>
      <select
        className={classes.narrow}
        aria-label={label}
        value={value}
        onChange={(event) => choose(event.target.value)}
      >
        {choices.map((choice) => (
          <option key={choice.value} value={choice.value}>
            {choice.label}
          </option>
        ))}
      </select>
    </>
  )
}
