import type { AccountEvent } from '../../api/model'
import { DataTable, NUMBER, WIDE } from '../../ui/data-table'
import { Empty } from '../../ui/empty'
import { formatTime, humanise } from '../../ui/format'
import { useEvents } from './event-log'

const COLUMNS = [
  { title: 'No.', number: true },
  { title: 'Time' },
  { title: 'Event' },
  { title: 'About', wide: true },
]

/** The account's own log as it grows, newest first. */
export function EventsTable() {
  const events = useEvents()
  if (events.length === 0) return <Empty>No events yet.</Empty>
  return (
    <DataTable label="Account events" columns={COLUMNS}>
      {events.map((event) => (
        <tr key={event.seq} data-testid="event-row">
          <td className={NUMBER}>{event.seq}</td>
          <td className="quiet">{formatTime(event.time)}</td>
          <td>{humanise(event.type)}</td>
          <td className={WIDE}>{about(event)}</td>
        </tr>
      ))}
    </DataTable>
  )
}

/** A few words out of the event's data, whatever kind of row it carries. */
function about({ data }: AccountEvent): string {
  const words = ['side', 'quantity', 'symbol', 'state', 'level', 'balance']
    .map((name) => data[name])
    .filter((value) => typeof value === 'string' || typeof value === 'number')
  return words.join(' ')
}
