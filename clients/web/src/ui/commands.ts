import { useEffect } from 'react'

/** What a key may ask for; the component that can do it listens. */
export type Command =
  | 'buy'
  | 'sell'
  | 'quantity'
  | 'search'
  | 'next-symbol'
  | 'previous-symbol'
  | 'execution'
  | 'newest'
  | 'theme'
  | 'help'

const bus = new EventTarget()

export function issue(command: Command): void {
  bus.dispatchEvent(new Event(command))
}

export function useCommand(command: Command, act: () => void): void {
  useEffect(() => {
    bus.addEventListener(command, act)
    return () => bus.removeEventListener(command, act)
  }, [command, act])
}
