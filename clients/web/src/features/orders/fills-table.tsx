import { useState } from 'react'
import { big } from '../../api/decimals'
import type { Fill, Instrument } from '../../api/model'
import { Amount } from '../../ui/amount'
import { DataTable, NUMBER, ROOMY_NUMBER, WIDE, WIDE_NUMBER } from '../../ui/data-table'
import { Empty, pendingOr } from '../../ui/empty'
import { formatMoney, formatPrice, formatQuantity, formatTime } from '../../ui/format'
import { LoadMore } from '../../ui/load-more'
import { SideLabel } from '../../ui/side'
import table from '../../ui/table.module.css'
import { sideWord } from '../../ui/words'
import { useActiveAccount } from '../account/active-account'
import { useInstrumentsBySymbol } from '../quotes/instruments'
import { useFills } from './order-queries'
import { ReceiptDialog } from './receipt'

const COLUMNS = [
  { title: 'Time' },
  { title: 'Symbol' },
  { title: 'Side' },
  { title: 'Quantity', number: true },
  { title: 'Price', number: true },
  { title: 'Displayed', number: true, wide: true },
  { title: 'Slippage', number: true, roomy: true },
  { title: 'Commission', number: true, wide: true },
  { title: 'Realised P/L', number: true, wide: true },
  { title: 'Actions', hidden: true, wide: true },
]

/** Every execution of the account, newest first. */
export function FillsTable() {
  const { query, items } = useFills()
  const instruments = useInstrumentsBySymbol()
  const { currency } = useActiveAccount()
  const waiting = pendingOr(query)
  if (waiting) return waiting
  if (items.length === 0) return <Empty>No fills yet.</Empty>
  return (
    <DataTable label="Fills" columns={COLUMNS} after={<LoadMore pages={query} />}>
      {items.map((fill) => (
        <FillRow
          key={fill.id}
          fill={fill}
          instrument={instruments.get(fill.symbol)}
          currency={currency}
        />
      ))}
    </DataTable>
  )
}

interface RowProps {
  fill: Fill
  instrument: Instrument | undefined
  currency: string
}

function FillRow({ fill, instrument, currency }: RowProps) {
  const precision = instrument?.price_precision ?? 5
  return (
    <tr data-testid="fill-row">
      <td className="quiet">{formatTime(fill.time)}</td>
      <td className={table.symbol}>{fill.symbol}</td>
      <td>
        <SideLabel side={fill.side} />
      </td>
      <td className={NUMBER}>{formatQuantity(fill.quantity)}</td>
      <td className={NUMBER}>
        {formatPrice(fill.price, precision)}
        {!big(fill.realized_pnl).eq(0) && (
          <span className={table.under}>
            <Amount value={fill.realized_pnl} currency={currency} />
          </span>
        )}
      </td>
      <td className={WIDE_NUMBER}>{formatPrice(fill.displayed_price, precision)}</td>
      <td className={ROOMY_NUMBER}>{formatPrice(fill.slippage, precision)}</td>
      <td className={WIDE_NUMBER}>{formatMoney(fill.commission, currency)}</td>
      <td className={WIDE_NUMBER}>
        <Amount value={fill.realized_pnl} currency={currency} />
      </td>
      <td className={`${WIDE} ${table.actions}`}>
        <FillReceipt fill={fill} instrument={instrument} />
      </td>
    </tr>
  )
}

function FillReceipt({ fill, instrument }: Omit<RowProps, 'currency'>) {
  const [open, setOpen] = useState(false)
  const what = `${sideWord(fill.side)} ${formatQuantity(fill.quantity)} ${fill.symbol}`
  return (
    <>
      <button
        type="button"
        className={table.button}
        aria-label={`Receipt of ${what}`}
        onClick={() => setOpen(true)}
      >
        Receipt
      </button>
      {open && (
        <ReceiptDialog
          orderId={fill.order_id}
          title={`Receipt: ${what}`}
          instrument={instrument}
          onClose={() => setOpen(false)}
        />
      )}
    </>
  )
}
