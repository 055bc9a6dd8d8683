import { useQueryClient } from '@tanstack/react-query'
import { useCallback } from 'react'
import type { Instrument, Order, Position } from '../../api/model'
import type { Levels } from '../../api/orders'
import { Problem } from '../../api/problem'
import { keys } from '../../api/query-keys'
import { type Trading, useTrading } from '../../api/trading'
import type { Saved } from '../../ui/editable-cell'
import { toast } from '../../ui/toast'
import { errorInWords } from '../../ui/words'
import { type Change, changesBetween } from './amend'

/** Change an order, and say what became of it; who was overtaken is told by what. */
export function useAmend(instrument: Instrument | undefined) {
  const trading = useTrading()
  const queries = useQueryClient()
  const precision = instrument?.price_precision ?? 5
  return useCallback(
    async (order: Order, change: Change): Promise<Saved> => {
      try {
        const after = await trading.amendOrder(order, { version: order.version, ...change })
        const changed = changesBetween(order, after, precision)
        toast('good', `Order ${order.ticket} changed`, sentence(changed, 'Nothing is different.'))
        return 'done'
      } catch (error) {
        const isStale = error instanceof Problem && error.code === 'version_conflict'
        const words = isStale ? await overtaken(trading, order, precision) : errorInWords(error)
        toast('refused', `Order ${order.ticket} not changed`, words)
        return isStale ? 'stale' : 'refused'
      } finally {
        // Whoever waits sees the new state, not once more the old one.
        await queries.invalidateQueries({ queryKey: keys.orders(order.account_id) })
      }
    },
    [trading, queries, precision],
  )
}

/** What the order became while somebody typed. */
async function overtaken(trading: Trading, order: Order, precision: number): Promise<string> {
  const now = await trading.order(order.account_id, order.id).catch(() => undefined)
  const changed = now ? changesBetween(order, now, precision) : []
  return `It changed meanwhile. ${sentence(changed, 'Please look again.')}`
}

const sentence = (parts: readonly string[], otherwise: string) =>
  parts.length > 0 ? `${parts.join(', ')}.` : otherwise

/** Give a position other protective orders. */
export function useProtect() {
  const trading = useTrading()
  const queries = useQueryClient()
  return useCallback(
    async (position: Position, levels: Levels): Promise<Saved> => {
      try {
        await trading.protectPosition(position, levels)
        toast('good', 'Protection changed', `${position.symbol} is protected as you asked.`)
        return 'done'
      } catch (error) {
        toast('refused', 'Protection not changed', errorInWords(error))
        return 'refused'
      } finally {
        await queries.invalidateQueries({ queryKey: keys.everythingOf(position.account_id) })
      }
    },
    [trading, queries],
  )
}
