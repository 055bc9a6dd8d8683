import type { CandleInterval } from '../../api/model'

const HOUR = 3600
const DAY = 24 * HOUR
const BY_TRADE_DATE: readonly CandleInterval[] = ['1d', '1w', '1M']

/**
 * Where a candle stands on the axis. Days begin at 17:00 New York, 21:00 or 22:00 UTC of the day
 * before: they stand at their trade date, as calendars have it.
 */
export function axisTime(time: number, interval: CandleInterval): number {
  if (!BY_TRADE_DATE.includes(interval)) return time
  return Math.floor((time + 12 * HOUR) / DAY) * DAY
}

const clock = format({ hour: '2-digit', minute: '2-digit' })
const clockSeconds = format({ timeStyle: 'medium' })
const day = format({ day: 'numeric', month: 'short' })
const date = format({ day: 'numeric', month: 'short', year: 'numeric', timeZone: 'UTC' })
const monthAlone = format({ month: 'short', timeZone: 'UTC' })
const month = format({ month: 'short', year: 'numeric', timeZone: 'UTC' })

/** In full, under the crosshair; hours in the trader's own clock, like every other time here. */
export function timeInFull(at: number, interval: CandleInterval): string {
  if (interval === '1M') return month(at)
  if (BY_TRADE_DATE.includes(interval)) return date(at)
  return `${day(at)} ${interval === '1s' ? clockSeconds(at) : clock(at)}`
}

/** One mark of the axis, where the library's own words (UTC) would be wrong; null keeps them. */
export function markOfTime(at: number, interval: CandleInterval, kind: number): string | null {
  if (interval === '1M' && kind > 0) return monthAlone(at)
  if (BY_TRADE_DATE.includes(interval)) return null
  if (kind < 3) return day(at)
  return kind === 4 ? clockSeconds(at) : clock(at)
}

function format(options: Intl.DateTimeFormatOptions): (at: number) => string {
  const words = new Intl.DateTimeFormat('en-GB', options)
  return (at) => words.format(new Date(at * 1000))
}
