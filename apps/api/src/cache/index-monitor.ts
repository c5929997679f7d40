import type { VitalsEntry } from '@9volt/contracts';
import type { Item } from '@9volt/etcd-dal';
import { clockCorrection, newestResult } from './latest-result.js';
import type { MonitorView } from './monitor-view.js';
import type { CacheRecord } from './records.js';

/** The keys behind the view of one monitor. */
export type MonitorRecord = Extract<
  CacheRecord,
  { kind: 'monitor' | 'state' | 'assignment' | 'incident' | 'outbox' | 'poison' }
>;

/** `isNews`: it was written since everything was read for the first time. */
interface Arrival {
  now: number;
  isNews: boolean;
}

/** Brings a record into the view of its monitor; without `after` it is gone. */
export function indexRecord(
  view: MonitorView,
  record: MonitorRecord,
  after: Item<CacheRecord> | undefined,
  { now, isNews }: Arrival,
): void {
  switch (record.kind) {
    case 'monitor': {
      const { settings, faults } = record;
      const of = settings ? { settings } : { faults };
      view.declare(after && { ...of, revision: after.modRevision, createRevision: after.createRevision });
      break;
    }
    case 'state': {
      view.state = after && record.state;
      const ranAt = record.state.lastRunAt;
      if (after && ranAt !== null)
        view.lastResultAt = isNews ? now : Math.max(view.lastResultAt ?? 0, Math.min(now, Date.parse(ranAt)));
      break;
    }
    case 'assignment': {
      const { workerId } = record;
      view.assignments = view.assignments.filter((held) => held.workerId !== workerId);
      if (!after) break;
      view.assignments.push(record);
      // A note of the owner before: its own results are swept.
      const { ranBeforeAt } = record;
      if (ranBeforeAt !== undefined) view.lastResultAt = Math.max(view.lastResultAt ?? 0, Math.min(now, ranBeforeAt));
      break;
    }
    case 'incident':
      view.incidents = view.incidents.filter(({ n }) => n !== record.n);
      if (after) view.incidents.push({ n: record.n, incident: record.incident });
      break;
    case 'poison':
      view.poison = after && record.record;
      break;
    case 'outbox':
      view.owed = view.owed.filter(({ id, alerter }) => id !== record.entry.id || alerter !== record.entry.alerter);
      if (after) view.owed.push(record.entry);
      break;
  }
}

/** Brings the results of a dump into the view of their monitor. */
export function indexResults(
  view: MonitorView,
  workerId: string,
  { samples, nextDueAt, failures }: VitalsEntry,
  dumped: { revision: number; at: number },
  { now, isNews }: Arrival,
): void {
  const owner = view.assignment?.workerId;
  if (owner === undefined || owner === workerId) {
    view.nextDueAt = nextDueAt + (isNews ? clockCorrection(dumped.at, now) : 0);
    view.failing = failures === undefined ? undefined : { count: failures, at: dumped.at };
  }
  const sample = samples.at(-1);
  const told = sample && { workerId, revision: dumped.revision, dumpedAt: dumped.at, sample };
  const newest = told && newestResult(view.newest, told, { owner, arrived: isNews, now });
  if (!newest) return;
  view.newest = newest;
  view.lastResultAt = newest.at;
}
