import type { Order, Transition } from '../../api/model'
import { pendingOr } from '../../ui/empty'
import { formatTime, humanise } from '../../ui/format'
import { reasonInWords } from '../../ui/words'
import { useOrder } from './order-queries'
import { OrderState } from './order-state'
import { lifeInWords, protects } from './order-words'
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
        {termsOf(order).map(([term, value]) => (
          <div key={term} className={classes.fact}>
            <dt>{term}</dt>
            <dd>{value}</dd>
          </div>
        ))}
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

/** What else was asked for, and from where; nothing that goes without saying. */
function termsOf(order: Order): [string, string][] {
  const terms: [string, string | null | undefined | false][] = [
    ['Order', order.id],
    ['Label', order.label],
    ['Time in force', lifeInWords(order)],
    ['Worst price', order.worst_price],
    ['Triggered by', order.trigger_side !== 'default' && order.trigger_side],
    ['Reduce only', order.reduce_only && !protects(order) && 'yes'],
    ['Guaranteed stop', order.guaranteed_stop && 'yes'],
    ['OCO with', order.linked_order_id],
    ['After', !protects(order) && order.parent_order_id],
    ['Came by', order.channel],
    ['Version', String(order.version)],
  ]
  return terms.filter((term): term is [string, string] => Boolean(term[1]))
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
