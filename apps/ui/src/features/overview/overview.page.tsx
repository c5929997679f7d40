import { useMemo, useRef } from 'react';
import { Link } from 'react-router';
import { Instant } from '../../components/instant.js';
import { Icon } from '../../components/icon.js';
import { Loaded } from '../../components/loaded.js';
import { Page, Panel } from '../../components/page.js';
import { NO_EVENTS } from '../events/no-events.js';
import { QuietBadge } from '../../components/quiet-badge.js';
import { countByQuiet, QUIET_REASONS, type QuietCounts } from '../../lib/quiet.js';
import { StatusBadge } from '../../components/status-badge.js';
import { count, counted } from '../../lib/format.js';
import { useListKeys } from '../../lib/hotkeys.js';
import { useLive } from '../../lib/live-context.js';
import type { Live, LiveState } from '../../lib/live-types.js';
import { monitorPath } from '@9volt/contracts/pages';
import {
  type Counts,
  countByStatus,
  explanationOf,
  PROBLEMS,
  STATUSES,
  wasCritical,
  worstFirst,
} from '../../lib/status.js';
import { useCluster } from '../cluster/cluster-api.js';
import { EventLine } from '../events/event-line.js';
import { FirstVisit } from './first-visit.js';
import { degradations, healthFacts } from './health.js';
import styles from './overview.module.css';

const PROBLEMS_SHOWN = 50;
const EVENTS_SHOWN = 14;

const statesOf = ({ states }: Live): Live['states'] => states;
const eventsOf = ({ events }: Live): Live['events'] => events;

export default function OverviewPage() {
  const states = useLive(statesOf);
  return (
    <Page title="Overview">
      <Loaded of={{ data: states }} what="monitors" empty={{ when: ({ size }) => size === 0, shown: <FirstVisit /> }}>
        {(all) => <Overview states={all} />}
      </Loaded>
    </Page>
  );
}

function Overview({ states }: { states: ReadonlyMap<string, LiveState> }) {
  const counts = useMemo(() => countByStatus(states.values()), [states]);
  const quiet = useMemo(() => countByQuiet(states.values()), [states]);
  const problems = useMemo(
    () => [...states.values()].filter(({ status }) => PROBLEMS.has(status)).sort(worstFirst),
    [states],
  );
  return (
    <>
      <Degraded counts={counts} />
      <Tiles counts={counts} />
      <Quiet counts={quiet} />
      <div className={styles['columns']}>
        <Panel
          title="Problems"
          aside={
            problems.length > PROBLEMS_SHOWN ? (
              <Link
                to={`/monitors?${STATUSES.filter((one) => PROBLEMS.has(one))
                  .map((one) => `status=${one}`)
                  .join('&')}`}
              >
                all {count(problems.length)}
              </Link>
            ) : null
          }
        >
          {problems.length === 0 ? <AllIsWell counts={counts} total={states.size} /> : <Problems problems={problems} />}
        </Panel>
        <div className={styles['side']}>
          <Monitoring />
          <LastEvents />
        </div>
      </div>
    </>
  );
}

function Tiles({ counts }: { counts: Counts }) {
  return (
    <div className={styles['tiles']} role="group" aria-label="Monitors by status">
      {STATUSES.map((status) => (
        <Link
          key={status}
          to={`/monitors?status=${status}`}
          className={`${styles['tile']} ${counts[status] === 0 ? styles['none'] : ''}`}
        >
          <StatusBadge status={status} />
          <strong>{count(counts[status])}</strong>
        </Link>
      ))}
    </div>
  );
}

/** Held alarms, by reason; each leads to its list. */
function Quiet({ counts }: { counts: QuietCounts }) {
  const shown = QUIET_REASONS.filter((reason) => counts[reason] > 0);
  if (shown.length === 0) return null;
  return (
    <div className={styles['quiet']} role="group" aria-label="Monitors whose alarms are held">
      {shown.map((reason) => (
        <Link key={reason} to={`/monitors?quiet=${reason}`}>
          <QuietBadge quiet={reason} /> {count(counts[reason])}
        </Link>
      ))}
    </div>
  );
}

function Problems({ problems }: { problems: readonly LiveState[] }) {
  const list = useRef<HTMLUListElement>(null);
  const shown = problems.slice(0, PROBLEMS_SHOWN);
  useListKeys(list, shown.length);
  return (
    <ul ref={list} aria-label="Problems, worst first">
      {shown.map((state, row) => (
        <li key={state.name} className={styles['problem']} data-row={row} data-monitor={state.name}>
          <span className={styles['status']}>
            <StatusBadge status={state.status} wasCritical={wasCritical(state)} />
          </span>
          <Link className={styles['name']} to={monitorPath(state.name)}>
            {state.name}
          </Link>
          <span className={styles['why']} title={explanationOf(state)}>
            {state.quiet ? <QuietBadge quiet={state.quiet} /> : null} {explanationOf(state)}
          </span>
          <span className={styles['age']}>
            <Instant at={state.since} form="span" />
          </span>
        </li>
      ))}
    </ul>
  );
}

function AllIsWell({ counts, total }: { counts: Counts; total: number }) {
  const rest = [
    counts.pending > 0 ? `${count(counts.pending)} pending` : '',
    counts.disabled > 0 ? `${count(counts.disabled)} disabled` : '',
  ]
    .filter(Boolean)
    .join(', ');
  return (
    <div className={styles['well']}>
      <span>
        <Icon name="ok" size={26} />
      </span>
      <div>
        <strong>No problems</strong>
        <p>
          {count(counts.ok)} of {counted(total, 'monitor')} ok{rest === '' ? '' : `, ${rest}`}.
        </p>
      </div>
    </div>
  );
}

/** The health of 9volt itself: a reader must know whether the rest can be trusted. */
function Degraded({ counts }: { counts: Counts }) {
  const { data } = useCluster();
  const faults = data ? degradations(data, counts) : [];
  if (faults.length === 0) return null;
  return (
    <div className={styles['banner']} role="alert">
      <strong>9volt itself has a problem:</strong>
      <span>{faults.join('; ')}.</span>
      <Link to="/cluster">Open the cluster page</Link>
    </div>
  );
}

function Monitoring() {
  const cluster = useCluster();
  return (
    <Panel title="Monitoring" aside={<Link to="/cluster">cluster</Link>}>
      <Loaded of={cluster} what="the cluster">
        {(data) => (
          <dl className={styles['facts']}>
            {healthFacts(data).map(([name, value]) => (
              <div key={name} style={{ display: 'contents' }}>
                <dt>{name}</dt>
                <dd className={value === 'none' ? styles['bad'] : undefined}>{value}</dd>
              </div>
            ))}
          </dl>
        )}
      </Loaded>
    </Panel>
  );
}

function LastEvents() {
  const events = useLive(eventsOf);
  return (
    <Panel title="Latest events" aside={<Link to="/events">all</Link>}>
      <Loaded of={{ data: events }} what="the events" empty={NO_EVENTS}>
        {(known) => (
          <ul>
            {known.slice(0, EVENTS_SHOWN).map((event) => (
              <EventLine key={event.id} event={event} />
            ))}
          </ul>
        )}
      </Loaded>
    </Panel>
  );
}
