import { Instant } from '../../app/instant.js';
import type { Live } from '../../lib/live-store.js';

export function EventsTable({ events }: { events: Live['events'] }) {
  if (!events) return <p>Loading…</p>;
  if (events.length === 0) return <p>No events in the last 24 hours.</p>;
  return (
    <table>
      <caption>Events</caption>
      <thead>
        <tr>
          <th scope="col">Time</th>
          <th scope="col">Type</th>
          <th scope="col">Monitor</th>
          <th scope="col">Message</th>
        </tr>
      </thead>
      <tbody>
        {events.map((event) => (
          <tr key={event.id}>
            <td>
              <Instant at={event.timestamp} />
            </td>
            <td>{event.type}</td>
            <td>{event.monitor}</td>
            <td>{event.message}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
