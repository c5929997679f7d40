import {
  type IncidentRecord,
  type MonitorState,
  type OpenIncident,
  type ResolveReason,
  timeId,
} from '@9volt/contracts';
import { type Compare, decode, encode, type Entry, type Keyspace, type Op, unchanged } from '@9volt/etcd-dal';
import { type AlertFacts, type Owed, owedNotifications, recordOf } from '../evaluation/owed.js';
import type { OwnedMonitor, StoredState } from '../membership/owned-monitor.js';
import { fenceOf } from '../membership/owned-monitors.js';
import type { FencedWrite } from './fenced-batch.js';
import { needsWrite } from './needs-write.js';

/** What a worker says of itself in alerts. */
export interface WriterFacts {
  keys: Keyspace;
  worker: string;
  publicUrl?: string | undefined;
  now: number;
}

/** What is to be written of a monitor: its next state, or its end. */
export interface StateChange {
  stored: StoredState;
  /** Absent when the monitor is removed. */
  next?: MonitorState;
  owed: Owed;
}

/** What must be written so that etcd holds the latest evaluation and everything owed by it; undefined when it does already. */
export function changeOf(monitor: OwnedMonitor, facts: WriterFacts): StateChange | undefined {
  const { stored, current } = monitor;
  if (!stored || !current) return undefined;
  const owed = owedNotifications(stored.state, current, alertFacts(monitor, facts));
  if (!needsWrite(stored.state, current, owed, monitor.intervalMs)) return undefined;
  const date = new Date(facts.now).toISOString();
  return { stored, next: { ...current, told: owed.told, date }, owed };
}

/** The end of a monitor; undefined when etcd holds nothing of it. */
export function removalOf(monitor: OwnedMonitor, reason: ResolveReason, facts: WriterFacts): StateChange | undefined {
  const { stored } = monitor;
  if (!stored || stored.modRevision === 0) return undefined;
  return { stored, owed: owedNotifications(stored.state, undefined, alertFacts(monitor, facts), reason) };
}

/** Keys of the records that a change rewrites, and so must have read. A record that is new is only believed to be absent. */
export function recordsToRead(monitor: OwnedMonitor, { stored, owed }: StateChange, keys: Keyspace): string[] {
  const closed = owed.closed?.incident;
  const grown = owed.current && owed.current.id === stored.state?.incident?.id ? owed.current : undefined;
  return [closed, grown].flatMap((incident) => (incident ? [recordKey(monitor, incident, keys)] : []));
}

/** Keys of all records that a change writes. */
export function recordsOf(monitor: OwnedMonitor, { owed }: StateChange, keys: Keyspace): string[] {
  return [owed.closed?.incident, owed.current].flatMap((incident) =>
    incident ? [recordKey(monitor, incident, keys)] : [],
  );
}

/**
 * One transaction's share: state, notifications owed and the incident's record change together or not at all, and only while the
 * assignment is ours and the state is what we know.
 */
export function writeOf(
  monitor: OwnedMonitor,
  change: StateChange,
  records: ReadonlyMap<string, Entry | undefined>,
  facts: WriterFacts,
): FencedWrite {
  const { keys } = facts;
  const { stored, next, owed } = change;
  const stateKey = keys.state(monitor.name);
  const compare: Compare[] = [fenceOf(monitor), unchanged(stateKey, stored.modRevision)];
  const then: Op[] = [next ? { put: stateKey, value: encode(next) } : { delete: stateKey }];
  for (const entry of owed.entries) {
    then.push({ put: keys.outboxEntry(monitor.name, entry.alerter, entry.id), value: encode(entry) });
  }
  const writeRecord = (incident: OpenIncident, revise: (record: IncidentRecord) => IncidentRecord): void => {
    const key = recordKey(monitor, incident, keys);
    const found = records.get(key);
    const known = found && decode<IncidentRecord>(found.value);
    // An earlier monitor of this name may have left a record under this number.
    const record = known?.id === incident.id ? known : recordOf(incident, messageOf(change));
    compare.push(unchanged(key, found?.modRevision ?? 0));
    then.push({ put: key, value: encode(revise(record)) });
  };
  if (owed.closed) {
    const { incident, reason } = owed.closed;
    const closedAt = new Date(facts.now).toISOString();
    writeRecord(incident, (record) => ({ ...record, worst: incident.worst, closedAt, reason }));
  }
  if (owed.current) {
    const { worst } = owed.current;
    writeRecord(owed.current, (record) => ({ ...record, worst, message: next?.message ?? record.message }));
  }
  return { compare, then };
}

function messageOf({ next, stored }: StateChange): string {
  return next?.incident ? next.message : (stored.state?.message ?? '');
}

function recordKey(monitor: OwnedMonitor, incident: OpenIncident, keys: Keyspace): string {
  return keys.incident(monitor.name, Number(incident.id.slice(incident.id.lastIndexOf('.') + 1)));
}

function alertFacts(monitor: OwnedMonitor, facts: WriterFacts): AlertFacts {
  return {
    prefix: facts.keys.root.slice(1, -1),
    monitor: monitor.name,
    settings: monitor.settings,
    target: monitor.target,
    worker: facts.worker,
    publicUrl: facts.publicUrl,
    now: facts.now,
    newId: () => timeId(),
  };
}
