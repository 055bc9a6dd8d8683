import { big, type Quantity } from '../../api/decimals'
import { formatQuantity } from '../../ui/format'

/** `3500000` → `3.5m`: what a level is worth at a glance; the title has it in full. */
export function formatSize(size: Quantity): string {
  const value = big(size)
  if (value.gte(1_000_000)) return `${value.div(1_000_000).round(2).toFixed()}m`
  return value.gte(10_000) ? `${value.div(1_000).round(1).toFixed()}k` : formatQuantity(value)
}

/** An age as it is read: `0.4 s`, `12 s`, `3 min`, `5 h`. */
export function formatAge(ms: number | undefined): string {
  if (ms === undefined) return '–'
  if (ms < 10_000) return `${(ms / 1000).toFixed(1)} s`
  if (ms < 120_000) return `${Math.floor(ms / 1000)} s`
  if (ms < 7_200_000) return `${Math.floor(ms / 60_000)} min`
  return `${Math.floor(ms / 3_600_000)} h`
}
