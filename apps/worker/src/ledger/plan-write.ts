import {
  type HandedIncident,
  type IncidentRecord,
  type MonitorState,
  type OpenIncident,
  type ResolveReason,
  timeId,
} from '@9volt/contracts';
import { type Compare, decode, encode, type Entry, type Keyspace, type Op, unchanged } from '@9volt/etcd-dal';
import { worse } from '../evaluation/evaluate.js';
import { createRevisionOf, numberOf } from '../evaluation/known-incidents.js';
import { type AlertFacts, type Owed, owedNotifications, recordOf } from '../evaluation/owed.js';
import type { OwnedMonitor, StoredState } from '../owned/owned-monitor.js';
import { fenceOf } from '../owned/owned-monitors.js';
import type { FencedWrite } from './fenced-batch.js';
import { needsWrite } from './needs-write.js';

/** What a worker says of itself in alerts. */
export interface WriterFacts {
  keys: Keyspace;
  /** Its id, which every state that it writes carries: also one that it has not evaluated itself yet. */
  owner: string;
  worker: string;
  publicUrl?: string | undefined;
  now: number;
}

/** What was told without being stored, and what must happen together with its being stored. */
export interface Handed extends FencedWrite {
  incidents: readonly HandedIncident[];
  /** The version of this worker's own spool that is in it. */
  spooled?: number;
}

export const NOTHING_HANDED: Handed = { incidents: [], compare: [], then: [] };

export function isEmpty({ incidents, then }: Handed): boolean {
  return incidents.length === 0 && then.length === 0;
}

/** What is to be written of a monitor: its next state, or its end. */
export interface StateChange {
  stored: StoredState;
  /** Absent when the monitor is removed. */
  next?: MonitorState;
  owed: Owed;
  handed: Handed;
}

/** The newest deliveries that are kept with an incident. */
const MOST_DELIVERIES = 100;

/**
 * What must be written so that etcd holds the latest evaluation and everything owed by it; undefined when it does already. What was handed
 * does not wait for a result.
 */
export function changeOf(
  monitor: OwnedMonitor,
  facts: WriterFacts,
  handed: Handed = NOTHING_HANDED,
  stored = monitor.stored,
): StateChange | undefined {
  const current = monitor.current ?? (isEmpty(handed) ? undefined : stored?.state);
  if (!stored || !current) return undefined;
  const owed = owedNotifications(stored.state, current, alertFacts(monitor, facts), 'recovered', handed.incidents);
  if (isEmpty(handed) && !needsWrite(stored.state, current, owed, monitor.intervalMs)) return undefined;
  const date = new Date(facts.now).toISOString();
  const incidents = Math.max(current.incidents, ...numbersOf(handed.incidents, current.createRevision));
  return {
    stored,
    next: { ...current, owner: facts.owner, ownerName: facts.worker, incidents, told: owed.told, date },
    owed,
    handed,
  };
}

/** The end of a monitor; undefined when etcd holds nothing of it. */
export function removalOf(
  monitor: OwnedMonitor,
  reason: ResolveReason,
  facts: WriterFacts,
  handed: Handed = NOTHING_HANDED,
): StateChange | undefined {
  const { stored } = monitor;
  if (!stored || (stored.modRevision === 0 && isEmpty(handed))) return undefined;
  const owed = owedNotifications(stored.state, undefined, alertFacts(monitor, facts), reason, handed.incidents);
  return { stored, owed, handed };
}

/** Keys of the records that a change rewrites, and so must have read. A record that is new is only believed to be absent. */
export function recordsToRead(monitor: OwnedMonitor, change: StateChange, keys: Keyspace): string[] {
  const { stored, owed } = change;
  const isNew = owed.current !== undefined && owed.current.id !== stored.state?.incident?.id;
  const believed = isNew ? recordKey(monitor, owed.current as OpenIncident, keys) : undefined;
  const handed = new Set(change.handed.incidents.map(({ incident }) => recordKey(monitor, incident, keys)));
  return recordsOf(monitor, change, keys).filter((key) => key !== believed || handed.has(key));
}

/** Keys of all records that a change writes. */
export function recordsOf(monitor: OwnedMonitor, change: StateChange, keys: Keyspace): string[] {
  return [...new Set(revisionsOf(change, 0).map(({ incident }) => recordKey(monitor, incident, keys)))];
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
  const { stored, next, owed, handed } = change;
  const stateKey = keys.state(monitor.name);
  const compare: Compare[] = [fenceOf(monitor), unchanged(stateKey, stored.modRevision), ...handed.compare];
  const then: Op[] = [next ? { put: stateKey, value: encode(next) } : { delete: stateKey }];
  const owedKeys = new Set<string>();
  for (const entry of owed.entries) {
    const key = keys.outboxEntry(monitor.name, entry.alerter, entry.id);
    owedKeys.add(key);
    then.push({ put: key, value: encode(entry) });
  }
  // etcd takes each key once.
  then.push(...handed.then.filter((op) => !('delete' in op && owedKeys.has(op.delete))));
  const written = new Map<string, IncidentRecord>();
  for (const { incident, message, revise } of revisionsOf(change, facts.now)) {
    const key = recordKey(monitor, incident, keys);
    const found = records.get(key);
    const known = written.get(key) ?? (found && decode<IncidentRecord>(found.value));
    // An earlier monitor of this name may have left a record under this number; a later one keeps its own.
    if (known && createRevisionOf(known.id) > createRevisionOf(incident.id)) continue;
    const record = known?.id === incident.id ? known : recordOf(incident, message);
    written.set(key, revise(record));
  }
  for (const [key, record] of written) {
    compare.push(unchanged(key, records.get(key)?.modRevision ?? 0));
    then.push({ put: key, value: encode(record) });
  }
  return { compare, then };
}

export function storedFrom(entry: Entry | undefined): StoredState {
  return { state: entry && decode<MonitorState>(entry.value), modRevision: entry?.modRevision ?? 0 };
}

/** How the record of an incident changes. */
interface Revision {
  incident: OpenIncident;
  /** Of a record that is new. */
  message: string;
  revise: (record: IncidentRecord) => IncidentRecord;
}

function revisionsOf({ stored, next, owed, handed }: StateChange, now: number): Revision[] {
  const at = new Date(now).toISOString();
  const message = next?.incident ? next.message : (stored.state?.message ?? '');
  const revisions = handed.incidents.map((told): Revision => {
    const isOpen = told.incident.id === next?.incident?.id;
    return { incident: told.incident, message: told.message, revise: (record) => withHanded(record, told, isOpen, at) };
  });
  if (owed.closed) {
    const { incident, reason } = owed.closed;
    revisions.push({
      incident,
      message,
      revise: (record) => ({ reason, ...record, worst: incident.worst, closedAt: record.closedAt ?? at }),
    });
  }
  if (owed.current) {
    const { worst } = owed.current;
    revisions.push({
      incident: owed.current,
      message,
      revise: (record) => ({
        ...record,
        worst: worse(record.worst, worst),
        message: next?.message ?? record.message,
      }),
    });
  }
  return revisions;
}

/** `isOpen`: for the owner the incident goes on, whatever the other side saw. */
function withHanded(record: IncidentRecord, handed: HandedIncident, isOpen: boolean, at: string): IncidentRecord {
  const closedAt = isOpen ? null : (record.closedAt ?? handed.closedAt ?? at);
  const reason = closedAt === null ? undefined : (record.reason ?? handed.reason ?? 'recovered');
  return {
    ...record,
    worst: worse(record.worst, handed.incident.worst),
    closedAt,
    ...(reason === undefined ? {} : { reason }),
    notifications: [...(record.notifications ?? []), ...handed.notifications].slice(-MOST_DELIVERIES),
  };
}

/** Numbers of the incidents of one and the same monitor: the next one must have another. */
function numbersOf(handed: readonly HandedIncident[], createRevision: number): number[] {
  return handed
    .filter(({ incident }) => createRevisionOf(incident.id) === createRevision)
    .map(({ incident }) => numberOf(incident.id));
}

function recordKey(monitor: OwnedMonitor, incident: OpenIncident, keys: Keyspace): string {
  return keys.incident(monitor.name, numberOf(incident.id));
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
