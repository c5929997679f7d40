import { Instant } from '../../components/instant.js';
import { Loaded } from '../../components/loaded.js';
import { counted } from '../../lib/format.js';
import styles from './monitor.module.css';
import { type Placement, usePlacement } from './use-monitor.js';

/** Where it runs and why there, or why nowhere. */
export function PlacementOf({ name }: { name: string }) {
  const placement = usePlacement(name);
  return (
    <Loaded of={placement} what="the placement">
      {(data) => <Explained placement={data} />}
    </Loaded>
  );
}

function Explained({ placement: data }: { placement: Placement }) {
  return (
    <div className={styles['why']}>
      <Sentence message={data.message} since={data.since} />
      {data.candidates.length === 0 ? null : (
        <details>
          <summary>{counted(data.candidates.length, 'worker')} considered</summary>
          <ul>
            {data.candidates.map(({ id, name, eligible, objection, assigned, tags }) => (
              <li key={id}>
                <strong>{name}</strong>
                {tags.length > 0 ? ` [${tags.join(', ')}]` : ''}:{' '}
                {eligible ? `can run it; has ${counted(assigned, 'monitor')} now` : objection}
              </li>
            ))}
          </ul>
        </details>
      )}
    </div>
  );
}

/** The API's sentence, with its time in the reader's form. */
function Sentence({ message, since }: { message: string; since: string | null }) {
  const [before, after] = since === null ? [message] : message.split(since);
  if (after === undefined) return <>{message}</>;
  return (
    <>
      {before}
      <Instant at={since} form="local" />
      {after}
    </>
  );
}
