import { useDebouncedValue } from '@mantine/hooks'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import type { PreviewOrder } from '../../api/orders'
import { keys } from '../../api/query-keys'
import { useTrading } from '../../api/trading'
import { useActiveAccount } from '../account/active-account'

/** Nobody types faster than they read: asked for when the order has stood still so long. */
const STILL_MS = 350

/** What the server says the order would do now; asked again when the account has changed. */
export function usePreview(order: PreviewOrder | undefined) {
  const trading = useTrading()
  const { id } = useActiveAccount()
  // The text, not the object: a render that changes nothing must not start the wait anew.
  const [text] = useDebouncedValue(order && JSON.stringify(order), STILL_MS)
  return useQuery({
    queryKey: keys.preview(id, text),
    queryFn: ({ signal }) => trading.preview(id, JSON.parse(text ?? '') as PreviewOrder, signal),
    enabled: text !== undefined,
    placeholderData: keepPreviousData,
    retry: false,
  })
}
