import { useEffect } from 'react'
import { flushSync } from 'react-dom'

/** What a key may ask for; the component that can do it listens. */
export type Command =
  | 'buy'
  | 'sell'
  | 'quantity'
  | 'search'
  | 'next-symbol'
  | 'previous-symbol'
  | 'execution'
  | 'order-type'
  | 'entry'
  | 'none'
  | 'stop-loss'
  | 'take-profit'
  | 'newest'
  | 'theme'
  | 'help'

const bus = new EventTarget()

/** Carried out before the next key comes: what one key opens, the next may already be meant for. */
export function issue(command: Command): void {
  flushSync(() => bus.dispatchEvent(new Event(command)))
}

export function useCommand(command: Command, act: () => void): void {
  useEffect(() => {
    bus.addEventListener(command, act)
    return () => bus.removeEventListener(command, act)
  }, [command, act])
}
