import { Modal } from '@mantine/core'
import { big, type Price } from '../../api/decimals'
import type { Instrument } from '../../api/model'
import type { ReceiptFill, ReceiptTimes } from '../../api/orders'
import { pendingOr } from '../../ui/empty'
import { formatMoney, formatPrice, formatQuantity, formatTime, humanise } from '../../ui/format'
import { useActiveAccount } from '../account/active-account'
import { inPips } from './levels'
import { useReceipt } from './order-queries'
import classes from './receipt.module.css'

export interface ReceiptDialogProps {
  orderId: string
  title: string
  instrument: Instrument | undefined
  onClose: () => void
}

/** How an order came by its prices: the quote behind each fill, what was added, and when. */
export function ReceiptDialog({ orderId, title, instrument, onClose }: ReceiptDialogProps) {
  const query = useReceipt(orderId)
  const fills = query.data?.fills ?? []
  return (
    <Modal opened onClose={onClose} title={title} size="lg">
      {pendingOr(query) ??
        fills.map((fill, index) => (
          <FillReceipt
            key={fill.fill_id}
            fill={fill}
            name={fills.length > 1 ? `Fill ${index + 1} of ${fills.length}` : 'Fill'}
            instrument={instrument}
          />
        ))}
      <p className={classes.order}>Order {orderId}</p>
    </Modal>
  )
}

interface FillReceiptProps {
  fill: ReceiptFill
  name: string
  instrument: Instrument | undefined
}

function FillReceipt({ fill, name, instrument }: FillReceiptProps) {
  const { currency } = useActiveAccount()
  const precision = instrument?.price_precision ?? 5
  const at = (price: Price | null) => formatPrice(price, precision)
  const { quote } = fill
  return (
    <section className={classes.fill} aria-label={name}>
      <h3>
        {name}: {formatQuantity(fill.quantity)} at {at(fill.price)}
      </h3>
      <dl className={classes.figures}>
        <Line term="Price you saw" value={at(fill.displayed_price)} />
        <Line term="Price asked for" value={at(fill.requested_price)} />
        <Line term="Price of the fill" value={at(fill.price)} />
        <Line term="Slippage" value={slippageInWords(fill.slippage, precision, instrument)} />
        <Line term="Markup in the price" value={at(fill.markup)} />
        <Line term="Commission" value={`${formatMoney(fill.commission, currency)} ${currency}`} />
        <Line term="Dealt as" value={humanise(fill.capacity)} />
        <Line term="Quote, bid / ask" value={`${at(quote.bid)} / ${at(quote.ask)}`} />
        {quote.time && <Line term="Quote made" value={formatTime(quote.time)} />}
      </dl>
      <Times times={fill.times} />
      {fill.explanation.map((sentence) => (
        <p key={sentence}>{sentence}</p>
      ))}
    </section>
  )
}

function Line({ term, value }: { term: string; value: string }) {
  return (
    <div>
      <dt>{term}</dt>
      <dd>{value}</dd>
    </div>
  )
}

/** With its sign, a plus being in the client's favour, and in pips. */
export function slippageInWords(
  slippage: Price,
  precision: number,
  instrument: Pick<Instrument, 'pip'> | undefined,
): string {
  const value = big(slippage)
  if (value.eq(0)) return 'none'
  const sign = value.gt(0) ? '+' : '−'
  const pips = instrument ? ` = ${inPips(value.abs(), instrument.pip)} pips` : ''
  return `${sign}${value.abs().toFixed(precision)}${pips}`
}

const TIMES: readonly [keyof ReceiptTimes, string][] = [
  ['lp_quote', 'Liquidity provider quoted'],
  ['quote_received', 'Quote received'],
  ['price_published', 'Price published'],
  ['order_received', 'Order received'],
  ['decided', 'Decided'],
  ['committed', 'Booked'],
]

/** The steps in their order, with the time of each. */
function Times({ times }: Pick<ReceiptFill, 'times'>) {
  const known = TIMES.filter(([key]) => times[key])
  return (
    <ol className={classes.times} aria-label="Times">
      {known.map(([key, words]) => (
        <li key={key}>
          <span>{words}</span>
          <time dateTime={times[key] ?? ''}>{inFull(times[key] ?? '')}</time>
        </li>
      ))}
    </ol>
  )
}

/** With the microseconds the server wrote, which `Date` does not keep. */
function inFull(iso: string): string {
  const micros = /\.\d{3}(\d{3})/.exec(iso)?.[1] ?? ''
  return formatTime(iso) + micros
}
