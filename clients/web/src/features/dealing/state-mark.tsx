import classes from './dealing.module.css'

/** Good or not, by sign and word; colour only underlines it. */
export function StateMark({ good, children }: { good: boolean; children: string }) {
  return (
    <span className={classes.mark} data-good={good}>
      <span aria-hidden="true">{good ? '●' : '✕'}</span> {children}
    </span>
  )
}
