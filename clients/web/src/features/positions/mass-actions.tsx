import { useMutation } from '@tanstack/react-query'
import { useTrading } from '../../api/trading'
import { confirm } from '../../ui/confirm'
import classes from '../../ui/table.module.css'
import { toast } from '../../ui/toast'
import { errorInWords } from '../../ui/words'
import { useActiveAccount } from '../account/active-account'
import { useOpenOrders } from '../orders/order-queries'
import { protects } from '../orders/order-words'
import { usePositions } from './positions-query'
import { useDealing } from './use-close'

const count = (many: number, one: string) => `${many} ${one}${many === 1 ? '' : 's'}`

/** Close every position. It is always asked for again: one click is for one deal. */
export function CloseAllButton() {
  const trading = useTrading()
  const { id } = useActiveAccount()
  const open = usePositions().data?.length ?? 0
  const { send, busy } = useDealing('Not closed')
  const press = async () => {
    const message =
      `${count(open, 'position')} will be closed at the market; ` +
      'where there is no price now, as soon as there is one.'
    if (!(await confirm({ title: 'Close all positions?', message, action: 'Close all' }))) return
    await send((key) => trading.closeAll(id, key))
  }
  if (open === 0) return null
  return (
    <button type="button" className={classes.button} disabled={busy} onClick={() => void press()}>
      Close all
    </button>
  )
}

/** Cancel every open order that protects no position. */
export function CancelAllButton() {
  const trading = useTrading()
  const { id } = useActiveAccount()
  const open = useOpenOrders().data?.filter((order) => !protects(order)).length ?? 0
  const cancel = useMutation({
    mutationFn: () => trading.cancelAll(id),
    onSuccess: (orders) =>
      toast('good', 'Orders cancelled', `${count(orders.length, 'order')} cancelled.`),
    onError: (error) => toast('refused', 'Not cancelled', errorInWords(error)),
  })
  const press = async () => {
    const message = `${count(open, 'order')} will be cancelled. What protects a position stays.`
    if (await confirm({ title: 'Cancel all orders?', message, action: 'Cancel all' })) {
      cancel.mutate()
    }
  }
  if (open === 0) return null
  return (
    <button
      type="button"
      className={classes.button}
      disabled={cancel.isPending}
      onClick={() => void press()}
    >
      Cancel all
    </button>
  )
}
