import type Big from 'big.js'
import { big, type Decimal, type Price, type Quantity } from '../api/decimals'

const MINUS = '\u2212'
const NOTHING = '–'

/** Thousands separated by commas; a real minus sign. */
function grouped(fixed: string): string {
  const [whole = '', fraction] = fixed.replace('-', '').split('.')
  const text = whole.replace(/\B(?=(\d{3})+$)/g, ',') + (fraction ? `.${fraction}` : '')
  return fixed.startsWith('-') ? MINUS + text : text
}

const asBig = (value: Big | Decimal): Big => (typeof value === 'string' ? big(value) : value)

/** Minor units by currency where they are not two. */
const MINOR_UNITS: Readonly<Record<string, number>> = { JPY: 0, KRW: 0, HUF: 0 }

export function formatMoney(value: Big | Decimal | null | undefined, currency = 'USD'): string {
  if (value === null || value === undefined) return NOTHING
  const rounded = asBig(value).round(MINOR_UNITS[currency] ?? 2)
  return grouped((rounded.eq(0) ? rounded.abs() : rounded).toFixed(MINOR_UNITS[currency] ?? 2))
}

/** An amount that always shows its sign, so that colour is never the only sign of a loss. */
export function formatSigned(value: Big | Decimal | null | undefined, currency = 'USD'): string {
  const text = formatMoney(value, currency)
  return value !== null && value !== undefined && /[1-9]/.test(text) && !text.startsWith(MINUS)
    ? `+${text}`
    : text
}

/** A move in pips with its sign, one decimal. */
export function formatPips(pips: Big): string {
  const fixed = pips.round(1).toFixed(1)
  if (pips.round(1).eq(0)) return '0.0'
  return fixed.startsWith('-') ? grouped(fixed) : `+${grouped(fixed)}`
}

export function formatQuantity(value: Big | Quantity): string {
  return grouped(asBig(value).toFixed())
}

/** Lots of an instrument, at least two decimals. */
export function formatLots(value: Quantity | Big, contractSize: Quantity): string {
  const lots = asBig(value).div(big(contractSize))
  return grouped(lots.toFixed(Math.min(Math.max(lots.c.length - 1 - lots.e, 2), 5)))
}

export function formatPrice(value: Big | Price | null | undefined, precision: number): string {
  if (value === null || value === undefined) return NOTHING
  return asBig(value).toFixed(precision)
}

export function formatPercent(value: Big | null, decimals = 2): string {
  return value === null ? NOTHING : `${grouped(value.toFixed(decimals))} %`
}

/** Decimals of a step such as 0.0001. */
export function decimalsOf(step: Price): number {
  const value = big(step)
  return Math.max(value.c.length - 1 - value.e, 0)
}

export interface PipParts {
  lead: string
  pips: string
  tail: string
}

/** Split a price around its two pip digits: 1.12|14|0, 150.|12|3, 54|21|.50. */
export function pipParts(text: string, pip: Price): PipParts {
  const dot = text.includes('.') ? text.indexOf('.') : text.length
  const decimals = decimalsOf(pip)
  const end = Math.min(decimals === 0 ? dot : dot + 1 + decimals, text.length)
  let start = end
  for (let digits = 0; start > 0 && digits < 2; start -= 1) if (text[start - 1] !== '.') digits += 1
  return { lead: text.slice(0, start), pips: text.slice(start, end), tail: text.slice(end) }
}

const TIME = new Intl.DateTimeFormat('en-GB', { timeStyle: 'medium' })
const DAY = new Intl.DateTimeFormat('en-GB', { day: '2-digit', month: 'short' })

/** Local time of day with milliseconds; the day in front unless it is today. */
export function formatTime(iso: string): string {
  const date = new Date(iso)
  const ms = String(date.getMilliseconds()).padStart(3, '0')
  const time = `${TIME.format(date)}.${ms}`
  return date.toDateString() === new Date().toDateString() ? time : `${DAY.format(date)} ${time}`
}

/** `partially_filled` → `Partially filled`. */
export function humanise(code: string): string {
  const words = code.replace(/[._]/g, ' ')
  return words.charAt(0).toUpperCase() + words.slice(1)
}
