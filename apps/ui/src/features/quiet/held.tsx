import { Instant } from '../../components/instant.js';
import { Panel } from '../../components/page.js';
import { QuietBadge } from '../../components/quiet-badge.js';
import type { LiveState } from '../../lib/live-types.js';
import type { StateDetail } from '../monitors/monitor-api.js';
import styles from './quiet.module.css';

/** Why alarms of a monitor are held back at present; nothing if none are. */
export function Held({ state, detail: { held, ack, pause } }: { state: LiveState; detail: StateDetail }) {
  const alerters = Object.entries(held);
  if (!state.quiet && alerters.length === 0 && !ack && !pause) return null;
  return (
    <Panel title="Held notifications" padded>
      {state.quiet ? <QuietBadge quiet={state.quiet} /> : null}
      {ack ? (
        <p>
          {ack.author ?? 'Somebody'} acknowledged the incident <Instant at={ack.at} />
          {ack.comment === null ? '' : `: ${ack.comment}`}
          {ack.until === null ? null : (
            <>
              {' '}
              (until <Instant at={ack.until} form="due" />)
            </>
          )}
        </p>
      ) : null}
      {pause ? (
        <p>
          {pause.author ?? 'Somebody'} disabled it <Instant at={pause.at} /> until{' '}
          <Instant at={pause.until} form="due" />
          {pause.comment === null ? '' : `: ${pause.comment}`}
        </p>
      ) : null}
      <ul>
        {alerters.map(([alerter, { text, since, until }]) => (
          <li key={alerter}>
            <strong>{alerter}</strong> is not notified: {text}, since <Instant at={since} />
            {until === undefined ? null : (
              <>
                , until <Instant at={until} form="due" />
              </>
            )}
          </li>
        ))}
      </ul>
      {alerters.length === 0 && state.quiet ? <p className={styles['muted']}>No alarm is held at present.</p> : null}
    </Panel>
  );
}
