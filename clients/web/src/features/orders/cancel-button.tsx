import { useMutation } from '@tanstack/react-query'
import type { Order } from '../../api/model'
import { useTrading } from '../../api/trading'
import { confirm } from '../../ui/confirm'
import { usePreferences } from '../../ui/preferences'
import classes from '../../ui/table.module.css'
import { toast } from '../../ui/toast'
import { errorInWords } from '../../ui/words'
import { kindInWords, protects } from './order-words'

const OPEN = new Set(['accepted', 'working', 'partially_filled'])

/** Cancelling is idempotent by the order's state, so it needs no key. */
export function CancelButton({ order }: { order: Order }) {
  const trading = useTrading()
  const cancel = useMutation({
    mutationFn: () => trading.cancelOrder(order.account_id, order.id),
    onError: (error) => toast('refused', 'Not cancelled', errorInWords(error)),
  })
  if (!OPEN.has(order.state)) return null
  const press = async () => {
    if (await isMeant(order)) cancel.mutate()
  }
  return (
    <button
      type="button"
      className={classes.button}
      disabled={cancel.isPending || order.cancel_requested}
      aria-label={`Cancel order ${order.ticket}`}
      onClick={() => void press()}
    >
      Cancel
    </button>
  )
}

/** What leaves a position without protection is asked for again, unless one click deals. */
async function isMeant(order: Order): Promise<boolean> {
  if (!protects(order) || usePreferences.getState().oneClick) return true
  const what = kindInWords(order).toLowerCase()
  const message = `The position in ${order.symbol} stays open without this ${what}.`
  return confirm({ title: `Cancel the ${what}?`, message, action: 'Cancel it' })
}
