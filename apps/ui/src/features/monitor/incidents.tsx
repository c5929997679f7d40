import { Button } from '@mantine/core';
import { useState } from 'react';
import { Link } from 'react-router';
import { Instant } from '../../components/instant.js';
import { Panel } from '../../components/page.js';
import { Empty } from '../../components/states.js';
import { StatusBadge } from '../../components/status-badge.js';
import { spanInWords } from '../../lib/format.js';
import { alerterPath } from '@9volt/contracts/pages';
import type { StateDetail } from '../monitors/monitor-api.js';
import { Comments } from './comments.js';
import { PRESETS, type Range } from './history/range.js';
import styles from './monitor.module.css';

const INCIDENTS_SHOWN = 8;

/** What went wrong, who was notified and when, and the provider's answers. */
export function Incidents({ detail, range }: { detail: StateDetail; range: Range }) {
  const { name, owed, config } = detail;
  const [openedAt] = useState(() => Date.now());
  // A time that ends now has the incidents that begin while the page is open, too.
  const { from, to } = 'from' in range ? range : { from: openedAt - PRESETS[range.preset], to: Infinity };
  const within = detail.incidents.filter((one) => isWithin(one, from, to));
  const [isAll, setIsAll] = useState(false);
  const incidents = isAll ? detail.incidents : within.slice(0, INCIDENTS_SHOWN);
  const rest = detail.incidents.length - incidents.length;
  return (
    <Panel title="Incidents and notifications">
      {incidents.length === 0 ? (
        <Empty
          title={detail.incidents.length > 0 ? 'No incident in this time' : 'No incident'}
          actions={rest > 0 ? <ShowAll count={detail.incidents.length} onShow={() => setIsAll(true)} /> : undefined}
        >
          {detail.incidents.length > 0 || hasAlerter(config)
            ? 'When this monitor fails, its incidents and their notifications appear here.'
            : 'This monitor has no alerter, so it sends no notifications. Edit it to add one.'}
        </Empty>
      ) : (
        <ul>
          {incidents.map((incident) => (
            <Incident key={incident.id} name={name} incident={incident} owed={incident.closedAt === null ? owed : []} />
          ))}
          {rest > 0 ? (
            <li className={styles['incident']}>
              <ShowAll count={detail.incidents.length} onShow={() => setIsAll(true)} />
            </li>
          ) : null}
        </ul>
      )}
    </Panel>
  );
}

function ShowAll({ count, onShow }: { count: number; onShow: () => void }) {
  return (
    <Button size="compact-sm" variant="subtle" onClick={onShow}>
      Show all {count}
    </Button>
  );
}

function isWithin({ openedAt, closedAt }: StateDetail['incidents'][number], from: number, to: number): boolean {
  return Date.parse(openedAt) < to && (closedAt === null || Date.parse(closedAt) > from);
}

function Incident({
  name,
  incident,
  owed,
}: {
  name: string;
  incident: StateDetail['incidents'][number];
  owed: StateDetail['owed'];
}) {
  const { n, openedAt, closedAt, worst, message, reason, notifications } = incident;
  const lasted = closedAt === null ? undefined : spanInWords(Date.parse(closedAt) - Date.parse(openedAt));
  return (
    <li className={styles['incident']}>
      <div className={styles['incidentHead']}>
        <StatusBadge status={worst} />
        <strong>#{n}</strong>
        <span>
          <Instant at={openedAt} form="local" />
          {closedAt === null ? (
            <>
              , open for <Instant at={openedAt} form="span" />
            </>
          ) : (
            <>
              {' to '}
              <Instant at={closedAt} form="local" />, {lasted}
              {reason === undefined ? '' : `, ${reason}`}
            </>
          )}
        </span>
      </div>
      <p className={styles['muted']} style={{ overflowWrap: 'anywhere' }}>
        {message}
      </p>
      {notifications.length + owed.length === 0 ? (
        <p className={styles['muted']}>No notification was sent.</p>
      ) : (
        <table className={styles['told']}>
          <thead>
            <tr>
              <th scope="col">Alerter</th>
              <th scope="col">What</th>
              <th scope="col">When</th>
              <th scope="col">Answer</th>
            </tr>
          </thead>
          <tbody>
            {notifications.map(({ alerter, type, note, at, outcome, attempts, answer }) => (
              <tr key={`${alerter} ${note ?? type} ${at}`}>
                <td>
                  <Link to={alerterPath(alerter)}>{alerter}</Link>
                </td>
                <td>{note === undefined ? type : `note: ${note}`}</td>
                <td>
                  <Instant at={at} form="local" />
                </td>
                <td>
                  <strong className={styles[outcome]}>{outcome}</strong>
                  {attempts > 1 ? ` after ${attempts} attempts` : ''}: {answer}
                </td>
              </tr>
            ))}
            {owed.map(({ alerter, type, createdAt }) => (
              <tr key={`${alerter} ${type} ${createdAt} owed`}>
                <td>
                  <Link to={alerterPath(alerter)}>{alerter}</Link>
                </td>
                <td>{type}</td>
                <td>
                  pending since <Instant at={createdAt} form="local" />
                </td>
                <td>not delivered yet</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      <Comments name={name} incident={incident} />
    </li>
  );
}

function hasAlerter(config: StateDetail['config']): boolean {
  return [config?.['warning-alerter'], config?.['critical-alerter']].flat().some((name) => name !== undefined);
}
