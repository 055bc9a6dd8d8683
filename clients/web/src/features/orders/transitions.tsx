import type { Order, Transition } from '../../api/model'
import { pendingOr } from '../../ui/empty'
import { formatTime, humanise } from '../../ui/format'
import { reasonInWords } from '../../ui/words'
import { useOrder } from './order-queries'
import { OrderState } from './order-state'
import classes from './transitions.module.css'

/** The steps of one order's life with the time between them. */
export function Transitions({ order }: { order: Order }) {
  const query = useOrder(order.id, order.updated_at)
  const waiting = pendingOr(query)
  if (waiting) return waiting
  const steps = query.data?.transitions ?? []
  return (
    <div className={classes.details}>
      <ol className={classes.steps} aria-label={`Transitions of order ${order.ticket}`}>
        {steps.map((step, index) => (
          <li key={`${step.state} ${step.at}`} className={classes.step} data-testid="transition">
            <OrderState state={step.state} />
            <span className={classes.when}>
              {index === 0 ? formatTime(step.at) : sincePrevious(steps, index)}
            </span>
            {step.reason && <span className={classes.reason}>{reasonOf(step)}</span>}
          </li>
        ))}
      </ol>
      <dl className={classes.facts}>
        <dt>Order</dt>
        <dd>{order.id}</dd>
        {order.label && (
          <>
            <dt>Label</dt>
            <dd>{order.label}</dd>
          </>
        )}
        <dt>Time in force</dt>
        <dd>{order.time_in_force.toUpperCase()}</dd>
        <dt>Version</dt>
        <dd>{order.version}</dd>
        {query.data?.facts?.map((fact) => (
          <div key={`${fact.type} ${fact.at}`} className={classes.fact}>
            <dt>{humanise(fact.type)}</dt>
            <dd>{formatTime(fact.at)}</dd>
          </div>
        ))}
      </dl>
    </div>
  )
}

function reasonOf(step: Transition): string {
  return reasonInWords({ code: step.reason ?? '' })
}

/** Milliseconds since the step before, as the server stamped them. */
function sincePrevious(steps: readonly Transition[], index: number): string {
  const ms = micros(steps[index]) - micros(steps[index - 1])
  return ms < 0.001 ? 'same instant' : `+${ms < 100 ? ms.toFixed(3) : ms.toFixed(0)} ms`
}

/** `Date` stops at milliseconds; the API's times have microseconds. */
function micros(step: Transition | undefined): number {
  const at = step?.at ?? ''
  const fraction = /\.\d{3}(\d{3})/.exec(at)?.[1] ?? '0'
  return Date.parse(at) + Number(fraction) / 1000
}
