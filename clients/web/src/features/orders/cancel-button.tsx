import { useMutation } from '@tanstack/react-query'
import type { Order } from '../../api/model'
import { useTrading } from '../../api/trading'
import classes from '../../ui/table.module.css'
import { toast } from '../../ui/toast'
import { errorInWords } from '../../ui/words'

const OPEN = new Set(['accepted', 'working', 'partially_filled'])

/** Cancelling is idempotent by the order's state, so it needs no key. */
export function CancelButton({ order }: { order: Order }) {
  const trading = useTrading()
  const cancel = useMutation({
    mutationFn: () => trading.cancelOrder(order.account_id, order.id),
    onError: (error) => toast('refused', 'Not cancelled', errorInWords(error)),
  })
  if (!OPEN.has(order.state)) return null
  return (
    <button
      type="button"
      className={classes.button}
      disabled={cancel.isPending || order.cancel_requested}
      aria-label={`Cancel order ${order.ticket}`}
      onClick={() => cancel.mutate()}
    >
      Cancel
    </button>
  )
}
