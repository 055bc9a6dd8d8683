import type Big from 'big.js'
import type { Money } from '../api/decimals'
import { formatSigned } from './format'

export interface AmountProps {
  value: Big | Money | null | undefined
  currency: string
}

const TONES: Readonly<Record<string, string>> = { '+': 'up', '\u2212': 'down' }

/** A profit or loss: signed, and blue or orange. */
export function Amount({ value, currency }: AmountProps) {
  const text = formatSigned(value, currency)
  return <span className={TONES[text.charAt(0)] ?? ''}>{text}</span>
}
