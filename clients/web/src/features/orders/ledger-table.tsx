import { Amount } from '../../ui/amount'
import { DataTable, NUMBER, WIDE } from '../../ui/data-table'
import { Empty, pendingOr } from '../../ui/empty'
import { formatMoney, formatTime } from '../../ui/format'
import { LoadMore } from '../../ui/load-more'
import { ledgerWord } from '../../ui/words'
import { useLedger } from './order-queries'

const COLUMNS = [
  { title: 'Time' },
  { title: 'Type' },
  { title: 'Amount', number: true },
  { title: 'Balance after', number: true },
  { title: 'Currency', wide: true },
  { title: 'Reference', wide: true },
]

/** Every change of the account's money, newest first. */
export function LedgerTable() {
  const { query, items } = useLedger()
  const waiting = pendingOr(query)
  if (waiting) return waiting
  if (items.length === 0) return <Empty>No ledger entries yet.</Empty>
  return (
    <DataTable label="Ledger" columns={COLUMNS} after={<LoadMore pages={query} />}>
      {items.map((entry) => (
        <tr key={entry.id} data-testid="ledger-row">
          <td className="quiet">{formatTime(entry.time)}</td>
          <td>{ledgerWord(entry.type)}</td>
          <td className={NUMBER}>
            <Amount value={entry.amount} currency={entry.currency} />
          </td>
          <td className={NUMBER}>{formatMoney(entry.balance_after, entry.currency)}</td>
          <td className={WIDE}>{entry.currency}</td>
          <td className={`${WIDE} quiet`}>{entry.reference}</td>
        </tr>
      ))}
    </DataTable>
  )
}
