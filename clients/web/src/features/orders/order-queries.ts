import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import type { Page } from '../../api/model'
import { keys } from '../../api/query-keys'
import { type Trading, useTrading } from '../../api/trading'
import { useActiveAccount } from '../account/active-account'

/** A list that is read newest first, page by page, all pages as one. */
function usePages<T>(
  keyOf: (accountId: string) => readonly string[],
  read: (trading: Trading, accountId: string, after?: string) => Promise<Page<T>>,
) {
  const trading = useTrading()
  const { id } = useActiveAccount()
  const query = useInfiniteQuery({
    queryKey: keyOf(id),
    queryFn: ({ pageParam }) => read(trading, id, pageParam),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page: Page<T>) => page.next ?? undefined,
  })
  return { query, items: query.data?.pages.flatMap((page) => page.items) ?? [] }
}

/** Orders that may still do something, newest first. */
export function useOpenOrders() {
  const trading = useTrading()
  const { id } = useActiveAccount()
  return useQuery({ queryKey: keys.openOrders(id), queryFn: () => trading.openOrders(id) })
}

export const useOrders = () => usePages(keys.orders, (api, id, after) => api.orders(id, after))
export const useFills = () => usePages(keys.fills, (api, id, after) => api.fills(id, after))
export const useLedger = () => usePages(keys.ledger, (api, id, after) => api.ledger(id, after))

/** How an order came by its prices; what was filled does not change, so it is read once. */
export function useReceipt(orderId: string) {
  const trading = useTrading()
  const { id } = useActiveAccount()
  return useQuery({
    queryKey: keys.receipt(id, orderId),
    queryFn: () => trading.receipt(id, orderId),
  })
}

/** One order with its transitions, which lists leave out; a new version is read anew. */
export function useOrder(orderId: string, updatedAt: string) {
  const trading = useTrading()
  const { id } = useActiveAccount()
  return useQuery({
    queryKey: [...keys.orders(id), orderId, updatedAt],
    queryFn: () => trading.order(id, orderId),
  })
}
