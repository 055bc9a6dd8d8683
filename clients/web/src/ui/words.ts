import type { Side } from '../api/model'
import { NoAnswer, Problem } from '../api/problem'
import { humanise } from './format'

/** Why an order was refused or ended, as a trader would say it. */
const REASONS: Readonly<Record<string, string>> = {
  requote: 'The price moved further than your maximum deviation.',
  insufficient_margin: 'Not enough free margin for this order.',
  market_closed: 'The market is closed for this instrument.',
  no_price: 'There is no tradable price right now.',
  no_liquidity: 'There was not enough liquidity to fill the order.',
  worst_price: 'The price went beyond your worst price.',
  conversion_unavailable: 'There is no conversion rate into your account currency right now.',
  trading_disabled: 'Trading in this instrument is disabled.',
  close_only: 'In this instrument positions may only be closed.',
  long_only: 'This instrument can only be bought.',
  short_only: 'This instrument can only be sold.',
  account_pending: 'The account is not open for trading yet.',
  account_close_only: 'The account may only close positions.',
  account_suspended: 'The account is suspended. Please contact support.',
  account_closed: 'The account is closed.',
  kill_switch: 'Trading is halted by the broker.',
  nothing_to_reduce: 'The position is already closed.',
  quantity_exceeds_position: 'The quantity is larger than the position.',
  execution_unavailable: 'Execution is not available right now.',
  internal_error: 'The server had a problem with this order. Nothing was executed.',
  lp_rejected: 'No liquidity provider took the order.',
  lp_unfilled: 'The liquidity provider did not fill the order.',
  expired: 'The order expired.',
  stop_out: 'Closed by the stop-out: the margin level was too low.',
  linked: 'Cancelled because its linked order was executed.',
  client: 'Cancelled by you.',
  dealer: 'Cancelled by the broker.',
}

/** What a problem of the API means to the person in front of the screen. */
const PROBLEMS: Readonly<Record<string, string>> = {
  invalid_credentials: 'The email or the password is not right.',
  otp_required: 'Please enter your one-time code.',
  account_locked: 'Too many attempts. Please wait a moment before trying again.',
  login_locked: 'Too many attempts. Please wait a moment before trying again.',
  rate_limited: 'Too many requests. Please wait a moment.',
  outcome_unknown: 'The server could not tell yet whether this was done.',
  idempotency_conflict: 'This was already sent with other details. Nothing was done twice.',
  version_conflict: 'The order has changed meanwhile. Please look again.',
  not_found: 'It is no longer there.',
  position_not_found: 'The position is already closed.',
  forbidden: 'Your login does not allow this.',
}

const LEDGER: Readonly<Record<string, string>> = { pnl: 'P/L' }

/** What a ledger entry is for. */
export function ledgerWord(type: string): string {
  return LEDGER[type] ?? humanise(type)
}

export function sideWord(side: Side): string {
  return side === 'buy' ? 'Buy' : 'Sell'
}

interface Reason {
  code: string
  message?: string | null
}

/** A sentence for a reject or end reason; the server's own words where the code is new to us. */
export function reasonInWords({ code, message }: Reason): string {
  return REASONS[code] ?? (message ? sentence(message) : `${humanise(code)}.`)
}

/** A sentence for anything thrown while talking to the server. */
export function errorInWords(error: unknown): string {
  if (error instanceof NoAnswer) return 'The server cannot be reached. Please check the connection.'
  if (!(error instanceof Problem)) return 'Something went wrong in this page. Please try again.'
  const fields = error.errors.map(({ field, message }) => `${humanise(field)}: ${message}`)
  if (fields.length > 0) return sentence(fields.join('; '))
  if (PROBLEMS[error.code]) return PROBLEMS[error.code] as string
  if (error.status === 429) return 'Too many requests. Please wait a moment.'
  if (error.status === 503) return 'The service is briefly unavailable. Nothing was done.'
  if (error.status >= 500) return 'The server had a problem with this request.'
  return sentence(error.message || humanise(error.code))
}

function sentence(text: string): string {
  const trimmed = text.trim()
  const start = trimmed.charAt(0).toUpperCase() + trimmed.slice(1)
  return /[.!?]$/.test(start) ? start : `${start}.`
}
