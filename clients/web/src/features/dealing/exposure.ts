import Big from 'big.js'
import { big, type Decimal, type Money } from '../../api/decimals'
import type { HouseExposure } from '../../api/model'
import { formatQuantity } from '../../ui/format'
import { formatSize } from './dealing-format'

/** One line of a table of exposure; money is null while a price is missing. */
export interface Line {
  key: string
  name: string
  under: string | undefined
  /** Units, with their sign. */
  net: string
  notional: Money | null
  pnl: Money | null
}

export interface Bar {
  side: 'long' | 'short' | 'flat'
  /** Width as a part of the cell, and where it begins, as CSS places a background. */
  size: string
  at: string
}

export interface Section {
  title: string
  lines: Line[]
}

/** What there is to show, the largest first in each section. */
export function sections({ symbols, currencies, groups }: HouseExposure): Section[] {
  return [
    {
      title: 'Symbol',
      lines: symbols.map(({ symbol, book, net, notional, unrealized_pnl }) => ({
        key: `${symbol} ${book}`,
        name: symbol,
        under: `${book} book`,
        net: formatNet(net),
        notional,
        pnl: unrealized_pnl,
      })),
    },
    {
      title: 'Currency',
      lines: currencies.map(({ currency, amount, notional }) => ({
        key: currency,
        name: currency,
        under: undefined,
        net: formatNet(amount),
        notional,
        pnl: null,
      })),
    },
    {
      title: 'Group',
      lines: groups.map(({ group, net, unrealized_pnl }) => ({
        key: group,
        name: group,
        under: undefined,
        net: '',
        notional: net,
        pnl: unrealized_pnl,
      })),
    },
  ].map(({ title, lines }) => ({ title, lines: lines.toSorted(bySize) }))
}

/** Bars of a section from a common middle; the largest fills its half. */
export function bars(lines: readonly Pick<Line, 'notional'>[]): Bar[] {
  const largest = lines.map(sizeOf).reduce((one, other) => (one.gt(other) ? one : other), ZERO)
  return lines.map(({ notional }) => {
    const value = notional === null ? ZERO : big(notional)
    if (value.eq(0)) return { side: 'flat', size: '0%', at: '50%' }
    const half = value.abs().div(largest).toNumber() / 2
    const side = value.gt(0) ? 'long' : 'short'
    const begin = side === 'long' ? 0.5 : 0.5 - half
    return { side, size: percent(half), at: percent(begin / (1 - half)) }
  })
}

/** `-30000` → `−30k`. */
export function formatNet(units: Decimal): string {
  const value = big(units)
  const size = formatSize(value.abs().toFixed() as Parameters<typeof formatSize>[0])
  if (value.eq(0)) return formatQuantity(ZERO)
  return value.gt(0) ? `+${size}` : `\u2212${size}`
}

const ZERO = new Big(0)
const sizeOf = ({ notional }: Pick<Line, 'notional'>) =>
  notional === null ? ZERO : big(notional).abs()
const percent = (part: number) => `${(part * 100).toFixed(2)}%`

/** What nobody can value comes first, so that it is seen. */
function bySize(left: Line, right: Line): number {
  return (
    Number(right.notional === null) - Number(left.notional === null) ||
    sizeOf(right).cmp(sizeOf(left)) ||
    left.key.localeCompare(right.key)
  )
}
