import type Big from 'big.js'
import type { Money } from '../api/decimals'
import { big } from '../api/decimals'
import { formatSigned } from './format'

export interface AmountProps {
  value: Big | Money | null | undefined
  currency: string
}

/** A profit or loss: signed, and blue or orange. */
export function Amount({ value, currency }: AmountProps) {
  if (value === null || value === undefined) return <span className="quiet">–</span>
  const sign = (typeof value === 'string' ? big(value) : value).round(2).cmp(0)
  const tone = sign > 0 ? 'up' : sign < 0 ? 'down' : ''
  return <span className={tone}>{formatSigned(value, currency)}</span>
}
