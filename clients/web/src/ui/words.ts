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
  order_rate: 'Too many orders in a short time.',
  open_orders_max: 'You have as many open orders as your account may have.',
  stop_distance: 'The price is too close to the market, or on its wrong side.',
  price_collar: 'The price is too far from the market.',
  fifo: 'Your oldest position of this instrument has to be closed first.',
  link_unavailable: 'The order it is linked to is no longer open.',
  market_never_open: 'The market does not open before the order would end.',
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
  order_final: 'The order has already ended.',
  order_triggered: 'The order has been triggered and can no longer be changed.',
  freeze_distance: 'The market is too close to the order to change or cancel it now.',
  stop_distance: 'The price is too close to the market, or on its wrong side.',
  price_collar: 'The price is too far from the market.',
  guaranteed_stop_unavailable: 'A guaranteed stop is not offered here.',
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

const TYPES: Readonly<Record<string, string>> = {
  market: 'Market',
  limit: 'Limit',
  stop: 'Stop',
  stop_limit: 'Stop-limit',
  market_if_touched: 'MIT',
}

/** The type of an order as a trader calls it. */
export function typeWord(type: string): string {
  return TYPES[type] ?? humanise(type)
}

/** The same within a sentence: `stop-limit`, but `MIT`. */
export function typeWithin(type: string): string {
  return typeWord(type).replace(/^[A-Z](?![A-Z])/, (letter) => letter.toLowerCase())
}

const ORIGINS: Readonly<Record<string, string>> = {
  stop_loss: 'Stop loss',
  take_profit: 'Take profit',
  trailing: 'Trailing stop',
  stop_out: 'Stop-out',
}

/** What an order is for, where it is not one of the client's own. */
export function originWord(reason: string): string | undefined {
  return reason === 'client' ? undefined : (ORIGINS[reason] ?? humanise(reason))
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
