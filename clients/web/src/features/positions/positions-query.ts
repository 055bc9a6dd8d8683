import { useQuery } from '@tanstack/react-query'
import { keys } from '../../api/query-keys'
import { useTrading } from '../../api/trading'
import { useActiveAccount } from '../account/active-account'

export function usePositions() {
  const trading = useTrading()
  const { id } = useActiveAccount()
  return useQuery({ queryKey: keys.positions(id), queryFn: () => trading.positions(id) })
}
