import { useMemo } from 'react'
import { DataTable, NUMBER, WIDE } from '../../ui/data-table'
import { Empty } from '../../ui/empty'
import { formatTime, humanise } from '../../ui/format'
import table from '../../ui/table.module.css'
import { useInstrumentsBySymbol } from '../quotes/instruments'
import { useActiveAccount } from './active-account'
import { useEvents } from './event-log'
import { eventWords } from './event-words'

const COLUMNS = [
  { title: 'No.', number: true },
  { title: 'Time' },
  { title: 'Event' },
  { title: 'About', wide: true },
]

/** The account's own log as it grows, newest first. */
export function EventsTable() {
  const events = useEvents()
  const { currency } = useActiveAccount()
  const instruments = useInstrumentsBySymbol()
  const words = useMemo(
    () => eventWords(events, currency, (symbol) => instruments.get(symbol)?.price_precision),
    [events, currency, instruments],
  )
  if (events.length === 0) return <Empty>No events yet.</Empty>
  return (
    <DataTable label="Account events" columns={COLUMNS}>
      {events.map((event) => (
        <tr key={event.seq} data-testid="event-row">
          <td className={NUMBER}>{event.seq}</td>
          <td className="quiet">{formatTime(event.time)}</td>
          <td>
            {humanise(event.type)}
            <span className={table.under}>{words.get(event.seq)}</span>
          </td>
          <td className={WIDE}>{words.get(event.seq)}</td>
        </tr>
      ))}
    </DataTable>
  )
}
