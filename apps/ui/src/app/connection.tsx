import { Instant } from '../components/instant.js';
import { useTextOfNow } from '../lib/clock.js';
import { localShort } from '../lib/format.js';
import { useLive } from '../lib/live-context.js';
import type { Live } from '../lib/live-types.js';
import styles from './connection.module.css';

/** Ignores a short loss. */
const STALE_AFTER_MS = 5_000;

/** `live`, `reconnecting`, or `stale since` when that has taken a while. */
export function ConnectionState() {
  const connection = useLive(({ connection }) => connection);
  const staleSince = useLive((live) => live.staleSince);
  const text = useTextOfNow((now) => wordsOf(connection, staleSince, now));
  const kind = text.startsWith('stale') ? 'stale' : connection;
  return (
    <span className={`${styles['state']} ${styles[kind] ?? ''}`} role="status" data-connection={kind}>
      <span className={styles['dot']} aria-hidden="true" />
      {text}
    </span>
  );
}

function wordsOf(connection: Live['connection'], staleSince: number | undefined, now: number): string {
  if (staleSince === undefined || connection === 'live' || now - staleSince < STALE_AFTER_MS) return connection;
  return `stale since ${localShort(staleSince, now)}`;
}

/** Why the connection failed. */
export function ConnectionLost() {
  const error = useLive((live) => (live.connection === 'reconnecting' ? live.error : undefined));
  const since = useLive((live) => live.staleSince);
  if (error === undefined) return null;
  return (
    <div className={styles['lost']} role="alert">
      <strong>
        No connection to the API. The page reconnects by itself
        {since === undefined ? '.' : '; what it shows is from '}
        {since === undefined ? null : <Instant at={new Date(since).toISOString()} form="local" />}
        {since === undefined ? null : (
          <>
            {' '}
            (<Instant at={new Date(since).toISOString()} />)
          </>
        )}
      </strong>
      <span>{error}</span>
    </div>
  );
}
