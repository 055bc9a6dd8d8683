import { useCallback, useRef, useState } from 'react'
import { type Attempt, carryOut, newAttempt, OutcomeUnknown } from '../../api/attempt'
import type { Order } from '../../api/model'
import type { NewOrder } from '../../api/orders'
import { useTrading } from '../../api/trading'
import { toast } from '../../ui/toast'
import { errorInWords } from '../../ui/words'
import { useActiveAccount } from '../account/active-account'
import { useAnnouncer } from '../orders/announcer'

/** An order whose outcome the server could not tell; it is only ever sent again with its own key. */
export interface Unresolved {
  attempt: Attempt
  order: NewOrder
}

/** Send orders: one at a time, each under one key for as long as its outcome is unknown. */
export function useSubmit() {
  const trading = useTrading()
  const announcer = useAnnouncer()
  const { id } = useActiveAccount()
  const [sending, setSending] = useState(false)
  const [unresolved, setUnresolved] = useState<Unresolved>()
  const [last, setLast] = useState<Order>()
  const busy = useRef(false)

  const carry = useCallback(
    async ({ attempt, order }: Unresolved) => {
      // A ref, not the state: two key presses may come before React has rendered once.
      if (busy.current) return
      busy.current = true
      setSending(true)
      try {
        const placed = await carryOut(attempt, (key) => trading.placeOrder(id, key, order))
        announcer.order(placed)
        setLast(placed)
        setUnresolved(undefined)
      } catch (error) {
        if (error instanceof OutcomeUnknown) setUnresolved({ attempt, order })
        else {
          setUnresolved(undefined)
          toast('refused', 'Order not placed', errorInWords(error))
        }
      } finally {
        busy.current = false
        setSending(false)
      }
    },
    [trading, announcer, id],
  )

  const submit = useCallback(
    (build: (key: string) => NewOrder) => {
      const attempt = newAttempt()
      void carry({ attempt, order: build(attempt.key) })
    },
    [carry],
  )
  const ask = useCallback(() => {
    if (unresolved) void carry(unresolved)
  }, [carry, unresolved])
  return { submit, ask, sending, unresolved, last }
}
