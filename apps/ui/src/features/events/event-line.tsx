import { Link } from 'react-router';
import { Instant } from '../../components/instant.js';
import type { ClusterEvent } from '../../lib/live-types.js';
import { monitorPath } from '@9volt/contracts/pages';
import { EventIcon } from './event-icon.js';
import { sentenceOf } from '@9volt/contracts/event-words';
import styles from './events.module.css';

/** One event in a narrow list. */
export function EventLine({ event }: { event: ClusterEvent }) {
  const { timestamp, monitor } = event;
  const message = sentenceOf(event);
  return (
    <li className={styles['event']}>
      <EventIcon event={event} />
      <Instant at={timestamp} form="local" />
      <span className={`${styles['message']} ${styles['short']}`} title={message}>
        {monitor === undefined || message.includes(monitor) ? null : (
          <>
            <Link to={monitorPath(monitor)}>{monitor}</Link>{' '}
          </>
        )}
        {message}
      </span>
    </li>
  );
}
