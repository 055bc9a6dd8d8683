import { useCallback } from 'react'
import { useCommand } from '../../ui/commands'

/** Next and previous symbol by key, around the ends. */
export function useSteps(
  shown: readonly { symbol: string }[],
  selected: string,
  select: (symbol: string) => void,
): void {
  const step = useCallback(
    (by: number) => {
      const at = shown.findIndex(({ symbol }) => symbol === selected)
      const next = shown[(at + by + shown.length) % shown.length]
      if (next) select(next.symbol)
    },
    [shown, selected, select],
  )
  useCommand(
    'next-symbol',
    useCallback(() => step(1), [step]),
  )
  useCommand(
    'previous-symbol',
    useCallback(() => step(-1), [step]),
  )
}
