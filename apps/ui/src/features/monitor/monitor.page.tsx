import { parseDuration } from '@9volt/contracts/duration';
import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense, useMemo } from 'react';
import { Link } from 'react-router';
import { stringify } from 'yaml';
import { Instant } from '../../components/instant.js';
import { Loaded } from '../../components/loaded.js';
import { Page, Panel } from '../../components/page.js';
import { Empty, Loading } from '../../components/states.js';
import { StatusBadge } from '../../components/status-badge.js';
import { api, ApiError, listOf, queryString } from '../../lib/api-client.js';
import { counted, latency, significant } from '../../lib/format.js';
import type { ClusterEvent, LiveState } from '../../lib/live-types.js';
import { explanationOf, wasCritical } from '../../lib/status.js';
import { useName } from '../../lib/use-name.js';
import { EventLine } from '../events/event-line.js';
import { NO_EVENTS } from '../events/no-events.js';
import type { StateDetail } from '../monitors/monitor-api.js';
import { FromFiles } from '../yaml/from-files.js';
import { CfgNote } from '../yaml/cfg-note.js';
import { YamlCode } from '../yaml/yaml-code.js';
import { Held } from '../quiet/held.js';
import { DaysPanel, HistoryPanel } from './history/history-panel.js';
import { presetFor } from './history/range.js';
import { useRange } from './history/use-range.js';
import { BudgetPanel } from './budget-panel.js';
import { CallsPanel } from './calls-panel.js';
import { Incidents } from './incidents.js';
import { MeasuredPanel } from './measured-panel.js';
import { MonitorActions } from './monitor-actions.js';
import styles from './monitor.module.css';
import { PlacementOf } from './placement.js';
import { ResultStrip } from './result-strip.js';
import { useLiveState, useStateDetail } from './use-monitor.js';

const LatencyChart = lazy(() => import('./latency-chart.js'));

const EVENTS_SHOWN = 30;

export default function MonitorPage() {
  const name = useName() ?? '';
  const detail = useStateDetail(name);
  const live = useLiveState(name);
  const { data, error } = detail;
  if (error instanceof ApiError && error.status === 404) {
    return (
      <Page title={name}>
        <Empty title="Monitor not found" actions={<Link to="/monitors">All monitors</Link>}>
          It may have been deleted.
        </Empty>
      </Page>
    );
  }
  if (data === undefined && error && live) {
    return (
      <Page title={name}>
        <LastKnown state={live} />
        <Loaded of={detail} what="the details of this monitor">
          {() => null}
        </Loaded>
      </Page>
    );
  }
  const actions = data ? (
    <MonitorActions
      name={name}
      isDisabled={(live ?? data).status === 'disabled'}
      isCritical={(live ?? data).status === 'critical' || wasCritical(live ?? data)}
      isPaused={data.pause !== null}
      hasIncident={(live ?? data).incident !== null}
      isAcknowledged={data.ack !== null}
    />
  ) : undefined;
  return (
    <Page
      title={name}
      heading={
        <>
          {name} <FromFiles origin={(live ?? data)?.origin} />
        </>
      }
      actions={actions}
    >
      <Loaded of={detail} what="this monitor">
        {(read) => <Monitor name={name} state={live ?? read} detail={read} />}
      </Loaded>
    </Page>
  );
}

function Monitor({ name, state, detail }: { name: string; state: LiveState; detail: StateDetail }) {
  const [range, onRange] = useRange(presetFor(intervalMsOf(detail)));
  return (
    <div className={styles['columns']}>
      <div className={styles['column']}>
        <Now state={state} detail={detail} />
        <Held state={state} detail={detail} />
        <BudgetPanel budget={detail.budget} />
        <HistoryPanel name={name} range={range} onRange={onRange} />
        <DaysPanel name={name} onRange={onRange} />
        <Panel title="Latest results">
          {detail.results.length < 2 ? (
            <Empty title="Not enough results yet; the chart needs two" />
          ) : (
            <div className={styles['chart']}>
              <Suspense fallback={<Loading />}>
                <LatencyChart results={detail.results} />
              </Suspense>
            </div>
          )}
        </Panel>
        <MeasuredPanel results={detail.results} />
        <Incidents detail={detail} range={range} />
      </div>
      <div className={styles['column']}>
        {state.type === 'push' ? <CallsPanel detail={detail} /> : null}
        <Facts state={state} detail={detail} />
        <Configuration name={name} detail={detail} />
        <EventsOf name={name} />
      </div>
    </div>
  );
}

/** What the list has of it, while its details cannot be read. */
function LastKnown({ state }: { state: LiveState }) {
  const why = explanationOf(state);
  return (
    <Panel title="Last known" padded>
      <p className={styles['verdict']}>
        <StatusBadge status={state.status} wasCritical={wasCritical(state)} />
        {state.since === null ? null : (
          <span>
            for <Instant at={state.since} form="span" />
          </span>
        )}
        <span className={styles['muted']}>
          {state.type} {state.target}
        </span>
      </p>
      {why === '' ? null : <p className={styles['message']}>{why}</p>}
    </Panel>
  );
}

function intervalMsOf({ config }: StateDetail): number {
  try {
    return parseDuration(config?.interval);
  } catch {
    return 0;
  }
}

function Now({ state, detail }: { state: LiveState; detail: StateDetail }) {
  const why = explanationOf(state);
  // The streamed state has the number at its last change.
  const failures = state.count > 0 ? Math.max(state.count, detail.count) : 0;
  return (
    <Panel title="Now" padded>
      <p className={styles['verdict']}>
        <StatusBadge status={state.status} wasCritical={wasCritical(state)} />
        {state.since === null ? null : (
          <span>
            for <Instant at={state.since} form="span" />
          </span>
        )}
        {state.recovering ? <span className={styles['muted']}>recovering</span> : null}
        {failures > 0 ? <span className={styles['muted']}>{counted(failures, 'failure')} in a row</span> : null}
      </p>
      {why === '' ? null : <p className={styles['message']}>{why}</p>}
      <div style={{ marginTop: 10 }}>
        <ResultStrip results={detail.results} said={why} />
      </div>
    </Panel>
  );
}

function Facts({ state, detail }: { state: LiveState; detail: StateDetail }) {
  const last = detail.results.at(-1);
  const description = detail.config?.description;
  return (
    <Panel title="Check" padded>
      <dl className={styles['facts']}>
        {description === undefined ? null : (
          <>
            <dt>Description</dt>
            <dd>{description}</dd>
          </>
        )}
        <dt>Type</dt>
        <dd>{state.type ?? '–'}</dd>
        <dt>Target</dt>
        <dd>{state.target ?? '–'}</dd>
        <dt>Tags</dt>
        <dd>
          {state.tags.length === 0
            ? '–'
            : state.tags.map((tag) => (
                <Link key={tag} className={styles['tag']} to={`/monitors${queryString({ tag })}`}>
                  {tag}
                </Link>
              ))}
        </dd>
        <dt>Interval</dt>
        <dd>{detail.config?.interval ?? '–'}</dd>
        <dt>Last run</dt>
        <dd>
          <Instant at={last?.at ?? state.lastRun} /> ({latency(last?.latencyMs ?? state.latencyMs)})
        </dd>
        <dt>Next run</dt>
        <dd>
          <Instant at={detail.nextDue} form={state.status === 'stale' ? 'ago' : 'due'} />
        </dd>
        <dt>Worker</dt>
        <dd>
          <PlacementOf name={state.name} />
        </dd>
        {detail.performance.map(({ label, value, unit }) => (
          <div key={label} style={{ display: 'contents' }}>
            <dt>{label}</dt>
            <dd>
              {value === null ? '–' : significant(value)} {unit}
            </dd>
          </div>
        ))}
      </dl>
    </Panel>
  );
}

function Configuration({ name, detail: { config, origin } }: { name: string; detail: StateDetail }) {
  const yaml = useMemo(
    () => (config ? stringify({ monitor: { [name]: config } }).trimEnd() : undefined),
    [name, config],
  );
  return (
    <Panel title="Configuration">
      {yaml === undefined ? (
        <Empty title="No configuration to show" />
      ) : (
        <>
          <YamlCode yaml={yaml} label={`Configuration of ${name}`} />
          <p className={styles['note']}>
            <CfgNote origin={origin} />
          </p>
        </>
      )}
    </Panel>
  );
}

function EventsOf({ name }: { name: string }) {
  const events = useQuery({
    queryKey: ['state', name, 'events'],
    queryFn: ({ signal }) =>
      listOf<ClusterEvent>(
        api.GET('/api/v1/event', { params: { query: { monitor: [name], page: 1, limit: EVENTS_SHOWN } }, signal }),
      ),
  });
  return (
    <Panel title="Events">
      <Loaded of={events} what="the events" empty={NO_EVENTS}>
        {(data) => (
          <ul>
            {data.map((event) => (
              <EventLine key={event.id} event={event} />
            ))}
          </ul>
        )}
      </Loaded>
    </Panel>
  );
}
