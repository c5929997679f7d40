import { Instant } from '../../app/instant.js';
import type { Live } from '../../lib/live-store.js';
import { worstFirst } from './worst-first.js';

export function StatesTable({ states }: { states: Live['states'] }) {
  if (!states) return <p>Loading…</p>;
  if (states.size === 0) return <p>No monitors yet.</p>;
  return (
    <table>
      <caption>States</caption>
      <thead>
        <tr>
          <th scope="col">Monitor</th>
          <th scope="col">Status</th>
          <th scope="col">Since</th>
          <th scope="col">Failures</th>
          <th scope="col">Message</th>
          <th scope="col">Worker</th>
        </tr>
      </thead>
      <tbody>
        {[...states.values()].sort(worstFirst).map((state) => (
          <tr key={state.name}>
            <td>{state.name}</td>
            <td>{state.status}</td>
            <td>
              <Instant at={state.since} />
            </td>
            <td>{state.count}</td>
            <td>{state.reason ?? state.message}</td>
            <td>{state.ownerName ?? state.owner}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
