import type { HandedIncident, IncidentRecord, OpenIncident } from '@9volt/contracts';
import { type FencedWrite, joined, type StoredIncident, type Stores, withDeliveries } from '@9volt/etcd-dal';
import { worse } from '../evaluation/evaluate.js';
import { createRevisionOf, numberOf } from '../evaluation/known-incidents.js';
import { recordOf } from '../evaluation/owed.js';
import type { OwnedMonitor } from '../owned/owned-monitor.js';
import { fenceOf } from '../owned/owned-monitors.js';
import type { StateChange } from './state-change.js';

/** The records of incidents that were read, by number. */
export type Records = ReadonlyMap<number, StoredIncident>;

const NO_RECORD: StoredIncident = { record: undefined, modRevision: 0 };

/** Numbers of the records that a change rewrites, so it must read them first. A new record is only assumed to be absent. */
export function recordsToRead(change: StateChange): number[] {
  const { stored, owed } = change;
  const isNew = owed.current !== undefined && owed.current.id !== stored.state?.incident?.id;
  const believed = isNew && owed.current ? numberOf(owed.current.id) : undefined;
  const handed = new Set(change.handed.incidents.map(({ incident }) => numberOf(incident.id)));
  return recordsOf(change).filter((n) => n !== believed || handed.has(n));
}

/** Numbers of all records that a change writes. */
export function recordsOf(change: StateChange): number[] {
  return [...new Set(revisionsOf(change, 0).map(({ incident }) => numberOf(incident.id)))];
}

/**
 * One transaction's share: state, pending notifications and the incident's record change together or not at all, and only while the
 * assignment is ours and the state is the one we know.
 */
export function writeOf(
  monitor: OwnedMonitor,
  change: StateChange,
  records: Records,
  stores: Pick<Stores, 'state' | 'incident' | 'outbox'>,
  now: number,
): FencedWrite {
  const { stored, next, owed, handed } = change;
  const { name } = monitor;
  const owing = stores.outbox.owing(name, owed.entries);
  const owedKeys = new Set(owing.then.map((op) => ('put' in op ? op.put : '')));
  // etcd accepts each key once in a transaction.
  const then = handed.then.filter((op) => !('delete' in op && owedKeys.has(op.delete)));
  return joined(
    { compare: [fenceOf(monitor)], then: [] },
    stores.state.replacing(name, stored, next),
    owing,
    { compare: handed.compare, then },
    ...[...recordsAfter(change, records, now)].map(([n, record]) =>
      stores.incident.replacing(name, n, records.get(n) ?? NO_RECORD, record),
    ),
  );
}

function recordsAfter(change: StateChange, records: Records, now: number): Map<number, IncidentRecord> {
  const written = new Map<number, IncidentRecord>();
  for (const { incident, message, revise } of revisionsOf(change, now)) {
    const n = numberOf(incident.id);
    const known = written.get(n) ?? records.get(n)?.record;
    // An earlier monitor of this name may have left a record under this number; the new one keeps its own.
    if (known && createRevisionOf(known.id) > createRevisionOf(incident.id)) continue;
    written.set(n, revise(known?.id === incident.id ? known : recordOf(incident, message)));
  }
  return written;
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

/** `isOpen`: for the owner the incident continues, whatever the other side saw. */
function withHanded(record: IncidentRecord, handed: HandedIncident, isOpen: boolean, at: string): IncidentRecord {
  const closedAt = isOpen ? null : (record.closedAt ?? handed.closedAt ?? at);
  const reason = closedAt === null ? undefined : (record.reason ?? handed.reason ?? 'recovered');
  return {
    ...withDeliveries(record, handed.notifications),
    worst: worse(record.worst, handed.incident.worst),
    closedAt,
    ...(reason === undefined ? {} : { reason }),
  };
}
