import { type HandedIncident, type MonitorState, type ResolveReason, timeId } from '@9volt/contracts';
import type { FencedWrite, StoredState } from '@9volt/etcd-dal';
import { continues } from '../evaluation/evaluate.js';
import { createRevisionOf, numberOf } from '../evaluation/known-incidents.js';
import type { AlertFacts } from '../evaluation/alert-of.js';
import type { HoldRule } from '../evaluation/alarm.js';
import { type Owed, owedNotifications } from '../evaluation/owed.js';
import type { OwnedMonitor } from '../owned/owned-monitor.js';
import { needsWrite } from './needs-write.js';

/** What a worker says of itself in states and alerts. */
export interface WriterFacts {
  prefix: string;
  /** Its id, which every state that it writes carries: also one that it has not evaluated itself yet. */
  owner: string;
  worker: string;
  publicUrl?: string | undefined;
  now: number;
  /** What may hold alarms about a monitor; without it nothing does. */
  ruleFor?: (monitor: OwnedMonitor) => HoldRule;
}

/** What was told without being stored, and what must happen together with its being stored. */
export interface Handed extends FencedWrite {
  incidents: readonly HandedIncident[];
  /** The version of this worker's own spool that is in it. */
  spooled?: number;
  /** Keys of the outbox by which nothing is owed any more. */
  obsolete?: readonly string[];
}

export const NOTHING_HANDED: Handed = { incidents: [], compare: [], then: [] };

export function isEmpty({ incidents, then }: Handed): boolean {
  return incidents.length === 0 && then.length === 0;
}

/** What is to be written of a monitor: its next state, or its end. */
export interface StateChange {
  stored: StoredState;
  /** The evaluation that it brings; absent when none has been made yet. */
  evaluated?: MonitorState | undefined;
  /** Absent when the monitor is removed. */
  next?: MonitorState;
  owed: Owed;
  handed: Handed;
}

/** What a change is computed from. */
export interface Basis {
  /** What the ledger holds; undefined while that is not known. */
  stored: StoredState | undefined;
  evaluated: MonitorState | undefined;
  handed?: Handed;
}

/** A monitor that runs within this time has a result soon. */
export const SOON_MS = 60_000;

/**
 * What must be written so that the ledger holds the latest evaluation and everything owed by it; undefined when it does already. What was
 * handed does not wait for a result, and what was held by an owner before us does not wait for one that is long in coming.
 */
export function changeOf(monitor: OwnedMonitor, basis: Basis, facts: WriterFacts): StateChange | undefined {
  const { stored, evaluated, handed = NOTHING_HANDED } = basis;
  const current = evaluated ?? (isEmpty(handed) && !mayStand(monitor, stored?.state) ? undefined : stored?.state);
  if (!stored || !current) return undefined;
  const owed = owedNotifications(stored.state, current, alertFacts(monitor, facts), 'recovered', handed.incidents);
  if (isEmpty(handed) && !needsWrite(stored.state, current, owed, monitor.intervalMs)) return undefined;
  const date = new Date(facts.now).toISOString();
  const incidents = Math.max(current.incidents, ...numbersOf(handed.incidents, current.createRevision));
  return {
    stored,
    evaluated,
    next: { ...withTold(current, owed), owner: facts.owner, ownerName: facts.worker, incidents, date },
    owed,
    handed,
  };
}

function mayStand(monitor: OwnedMonitor, state: MonitorState | undefined): boolean {
  if (!state?.incident || !monitor.isChecked || monitor.intervalMs <= SOON_MS) return false;
  const { createRevision } = monitor.assignment;
  return continues(state, { createRevision, target: monitor.stateTarget });
}

/** What was told and what is held follows from what is stored, not from the latest result. */
function withTold(current: MonitorState, { told, toldAt, alarmedAt, held, flapping }: Owed): MonitorState {
  const next: MonitorState = { ...current, told };
  for (const name of ['toldAt', 'alarmedAt', 'held', 'flapping'] as const) delete next[name];
  if (Object.keys(toldAt).length > 0) next.toldAt = toldAt;
  if (alarmedAt !== undefined) next.alarmedAt = alarmedAt;
  if (Object.keys(held).length > 0) next.held = held;
  if (flapping) next.flapping = flapping;
  return next;
}

/** The end of a monitor; undefined when etcd holds nothing of it. */
export function removalOf(
  monitor: OwnedMonitor,
  reason: ResolveReason,
  { stored, handed = NOTHING_HANDED }: Omit<Basis, 'evaluated'>,
  facts: WriterFacts,
): StateChange | undefined {
  if (!stored || (stored.modRevision === 0 && isEmpty(handed))) return undefined;
  const owed = owedNotifications(stored.state, undefined, alertFacts(monitor, facts), reason, handed.incidents);
  return { stored, owed, handed };
}

/** Numbers of the incidents of one and the same monitor: the next one must have another. */
function numbersOf(handed: readonly HandedIncident[], createRevision: number): number[] {
  return handed
    .filter(({ incident }) => createRevisionOf(incident.id) === createRevision)
    .map(({ incident }) => numberOf(incident.id));
}

function alertFacts(monitor: OwnedMonitor, { prefix, worker, publicUrl, now, ruleFor }: WriterFacts): AlertFacts {
  const { name, settings, target } = monitor;
  const hold = ruleFor?.(monitor);
  return { prefix, monitor: name, settings, target, worker, publicUrl, now, newId: () => timeId(), hold };
}
