import { big, compare, type Price } from '../../api/decimals'
import type { Instrument, Side } from '../../api/model'
import type { Levels, NewOrder, OrderType, TimeInForce, TriggerSide } from '../../api/orders'
import { formatPips } from '../../ui/format'
import type { LevelUnit } from '../../ui/preferences'
import { dealingPrice, distanceTo, type LevelKind, parsePips, parsePrice } from '../orders/levels'
import type { TwoSided } from '../valuation/conversion'

/** What is being typed in the ticket besides the quantity; empty text is nothing asked for. */
export interface Draft {
  type: OrderType
  limit: string
  stop: string
  lasts: TimeInForce | ''
  until: string
  stopLoss: string
  takeProfit: string
  trailing: string
  guaranteed: boolean
  worst: string
  reduceOnly: boolean
  triggerSide: TriggerSide
  linked: string
  parent: string
}

export type Field = 'limit' | 'stop' | 'until' | 'stopLoss' | 'takeProfit' | 'trailing' | 'worst'

export const EMPTY: Draft = {
  type: 'market',
  limit: '',
  stop: '',
  lasts: '',
  until: '',
  stopLoss: '',
  takeProfit: '',
  trailing: '',
  guaranteed: false,
  worst: '',
  reduceOnly: false,
  triggerSide: 'default',
  linked: '',
  parent: '',
}

const LIMITED: readonly OrderType[] = ['limit', 'stop_limit']
const TRIGGERED: readonly OrderType[] = ['stop', 'stop_limit', 'market_if_touched']
const LIVES: Readonly<Record<OrderType, readonly TimeInForce[]>> = {
  market: ['fok', 'ioc'],
  limit: ['gtc', 'day', 'gtd', 'ioc', 'fok'],
  stop: ['gtc', 'day', 'gtd'],
  stop_limit: ['gtc', 'day', 'gtd'],
  market_if_touched: ['gtc', 'day', 'gtd'],
}

export const hasLimit = (type: OrderType) => LIMITED.includes(type)
export const hasTrigger = (type: OrderType) => TRIGGERED.includes(type)
/** A price that must not be passed goes with what fills at the market. */
export const hasWorst = (type: OrderType) => !hasLimit(type)

/** How long an order of this type may live in this instrument, the usual first. */
export function livesOf(type: OrderType, instrument: Instrument): readonly TimeInForce[] {
  return LIVES[type].filter((life) => instrument.time_in_force.includes(life))
}

/** The life that is sent: the chosen one, if the type has it, else the usual. */
export function lifeOf(draft: Draft, instrument: Instrument): TimeInForce | undefined {
  const lives = livesOf(draft.type, instrument)
  return lives.find((life) => life === draft.lasts) ?? lives[0]
}

type Problems = Partial<Record<Field, string>>

/** What is wrong with what was typed, by field; the server decides it again. */
export function problemsOf(
  draft: Draft,
  unit: LevelUnit,
  instrument: Instrument,
  now: Date,
): Problems {
  const { price_precision: precision } = instrument
  const problems: Problems = {}
  const price = (field: 'limit' | 'stop' | 'worst') => {
    if (parsePrice(draft[field], precision) === undefined) problems[field] = noPrice(precision)
  }
  const pips = (field: 'stopLoss' | 'takeProfit' | 'trailing') => {
    if (parsePips(draft[field], instrument) === undefined) problems[field] = 'Not a number of pips'
  }
  if (hasLimit(draft.type)) price('limit')
  if (hasTrigger(draft.type)) price('stop')
  if (hasWorst(draft.type) && draft.worst) price('worst')
  if (lifeOf(draft, instrument) === 'gtd' && !(new Date(draft.until) > now)) {
    problems.until = 'Choose a time to come'
  }
  if (draft.reduceOnly) return problems
  for (const field of ['stopLoss', 'takeProfit'] as const) {
    if (!draft[field]) continue
    if (unit === 'pips') pips(field)
    else if (!parsePrice(draft[field], precision)) problems[field] = noPrice(precision)
  }
  if (draft.trailing) pips('trailing')
  return problems
}

const noPrice = (precision: number) => `A price with at most ${precision} decimals`

/** Why this side cannot be dealt as typed: a level on its wrong side, a stop behind the market. */
export function sideProblem(terms: Terms, side: Side, quote: TwoSided): string | undefined {
  const entry = entryOf(terms, side, quote)
  const isWrong = (kind: LevelKind, level: Price | null | undefined) =>
    level != null && distanceTo(kind, side, entry, level).lte(0)
  const where = (below: boolean) => (below ? 'below' : 'above')
  const buy = side === 'buy'
  if (isWrong('stop_loss', terms.stop_loss)) return `Stop loss must be ${where(buy)} the price`
  if (isWrong('take_profit', terms.take_profit)) {
    return `Take profit must be ${where(!buy)} the price`
  }
  // Another price than the one it deals at may already be beyond the trigger, or not yet.
  if (terms.stop_price === undefined || terms.trigger_side) return undefined
  const ahead = compare(terms.stop_price, dealingPrice(side, quote)) * (buy ? 1 : -1)
  if (terms.type === 'market_if_touched') {
    return ahead > 0 ? `Trigger must be ${where(buy)} the market` : undefined
  }
  return ahead < 0 ? `Trigger must be ${where(!buy)} the market` : undefined
}

/** What the draft asks for besides symbol, side and quantity. */
export type Terms = Omit<NewOrder, 'client_order_id' | 'symbol' | 'side' | 'quantity'>

/** The draft as the API takes it; what cannot be read is left out, `problemsOf` names it. */
export function termsOf(draft: Draft, unit: LevelUnit, instrument: Instrument): Terms {
  const { type } = draft
  const at = (text: string) => parsePrice(text, instrument.price_precision)
  const life = lifeOf(draft, instrument)
  const limit = hasLimit(type) ? at(draft.limit) : undefined
  const stop = hasTrigger(type) ? at(draft.stop) : undefined
  const worst = hasWorst(type) ? at(draft.worst) : undefined
  const until = life === 'gtd' ? new Date(draft.until) : undefined
  const waking = type !== 'market' && draft.triggerSide !== 'default'
  return {
    type,
    ...(life && { time_in_force: life }),
    ...(until && !Number.isNaN(until.getTime()) && { expires_at: until.toISOString() }),
    ...(limit && { limit_price: limit }),
    ...(stop && { stop_price: stop }),
    ...(worst && { worst_price: worst }),
    ...(waking && { trigger_side: draft.triggerSide }),
    ...(draft.reduceOnly ? { reduce_only: true } : levelsOf(draft, unit, instrument)),
    ...(draft.linked && { linked_order_id: draft.linked }),
    ...(draft.parent && { parent_order_id: draft.parent }),
  }
}

function levelsOf(draft: Draft, unit: LevelUnit, instrument: Instrument): Levels {
  const read = (text: string) =>
    unit === 'pips' ? parsePips(text, instrument) : parsePrice(text, instrument.price_precision)
  const [stopLoss, takeProfit] = [read(draft.stopLoss), read(draft.takeProfit)]
  const trailing = parsePips(draft.trailing, instrument)
  const suffix = unit === 'pips' ? ('_distance' as const) : ''
  return {
    ...(stopLoss && { [`stop_loss${suffix}`]: stopLoss }),
    ...(takeProfit && { [`take_profit${suffix}`]: takeProfit }),
    ...(trailing && { trailing_stop: trailing }),
    ...(draft.guaranteed && stopLoss && instrument.guaranteed_stop && { guaranteed_stop: true }),
  }
}

/** Where the order would fill: at its limit, its trigger, or the market. */
export function entryOf(terms: Terms, side: Side, quote: TwoSided): Price {
  return terms.limit_price ?? terms.stop_price ?? dealingPrice(side, quote)
}

/** Whether a limit order would not wait: the market is there already. */
export function fillsAtOnce({ type, limit_price }: Terms, side: Side, quote: TwoSided): boolean {
  if (type !== 'limit' || limit_price === undefined) return false
  const order = compare(limit_price, dealingPrice(side, quote))
  return side === 'buy' ? order >= 0 : order <= 0
}

/** The side the typed prices speak of; undefined while they could be either. */
export function naturalSide(terms: Terms, quote: TwoSided): Side | undefined {
  const side = (below: boolean) => (below ? ('buy' as const) : ('sell' as const))
  const { type, stop_loss, take_profit } = terms
  const level = hasTrigger(type) ? terms.stop_price : terms.limit_price
  if (level !== undefined) {
    const waits = type === 'limit' || type === 'market_if_touched'
    return side(big(level).lt(big(quote.ask)) === waits)
  }
  if (stop_loss) return side(big(stop_loss).lt(big(quote.bid)))
  return take_profit ? side(big(take_profit).gt(big(quote.bid))) : undefined
}

/** How far a price is above or below the market: `+12.3 pips`. */
export function fromMarket(level: Price, quote: TwoSided, pip: Price): string {
  const distance = big(level).minus(big(quote.bid).plus(big(quote.ask)).div(2))
  return `${formatPips(distance.div(big(pip)))} pips`
}
