import {
  type BurnVerdicts,
  type HandedIncident,
  type MonitorState,
  type ResolveReason,
  timeId,
} from '@9volt/contracts';
import type { FencedWrite, StoredState } from '@9volt/etcd-dal';
import { continues } from '../evaluation/evaluate.js';
import { numbersOf } from '../evaluation/known-incidents.js';
import type { AlertFacts } from '../evaluation/alert-of.js';
import { type BurnChange, burnNotices } from '../evaluation/burn-notices.js';
import type { HoldRule, NoteRules } from '../evaluation/alarm.js';
import { type Owed, owedNotifications } from '../evaluation/owed.js';
import type { OwnedMonitor } from '../owned/owned-monitor.js';
import { needsWrite, RECORDED_INTERVAL_MS } from './needs-write.js';

/** The facts about this worker in states and alerts. */
export interface WriterFacts {
  prefix: string;
  /** Its id, in every state that it writes, also in one that it has not evaluated itself yet. */
  owner: string;
  worker: string;
  publicUrl?: string | undefined;
  now: number;
  /** What may hold back alarms about a monitor; without it nothing does. */
  ruleFor?: (monitor: OwnedMonitor) => HoldRule;
  /** What notes depend on; without it none are sent. */
  notesFor?: ((monitor: OwnedMonitor) => NoteRules) | undefined;
  /** How fast the error budget burns; without it nothing changes about that. */
  burnOf?: ((monitor: OwnedMonitor) => BurnVerdicts | undefined) | undefined;
}

/** Notifications that are not stored, and writes that must happen together with storing them. */
export interface Handed extends FencedWrite {
  incidents: readonly HandedIncident[];
  /** The version of this worker's own spool that it contains. */
  spooled?: number;
  /** Keys of the outbox whose notifications are no longer pending. */
  obsolete?: readonly string[];
}

export const NOTHING_HANDED: Handed = { incidents: [], compare: [], then: [] };

export function isEmpty({ incidents, then }: Handed): boolean {
  return incidents.length === 0 && then.length === 0;
}

/** The write about a monitor: its next state, or its end. */
export interface StateChange {
  stored: StoredState;
  /** The evaluation that it stores; absent if there is none yet. */
  evaluated?: MonitorState | undefined;
  /** Absent if the monitor is removed. */
  next?: MonitorState;
  owed: Owed;
  handed: Handed;
}

/** The input for computing a change. */
export interface Basis {
  /** The content of the ledger; undefined while it is unknown. */
  stored: StoredState | undefined;
  evaluated: MonitorState | undefined;
  handed?: Handed;
}

const NOTHING_OWED: Owed = { told: {}, toldAt: {}, held: {}, entries: [] };

/** A monitor that runs within this time has a result soon. */
export const SOON_MS = 60_000;

/**
 * The write after which the ledger has the latest evaluation and its pending notifications; undefined if it has them already.
 * Handbacks do not wait for a result, and alarms that an earlier owner held back do not wait for a result that takes long.
 */
export function changeOf(monitor: OwnedMonitor, basis: Basis, facts: WriterFacts): StateChange | undefined {
  const { stored, evaluated, handed = NOTHING_HANDED } = basis;
  const current = evaluated ?? (isEmpty(handed) && !mayStand(monitor, stored?.state) ? undefined : stored?.state);
  if (!stored || !current) return undefined;
  const owed =
    isEmpty(handed) && isWell(stored.state) && isWell(current)
      ? NOTHING_OWED
      : owedNotifications(stored.state, current, alertFacts(monitor, facts), 'recovered', handed.incidents);
  const burn = burnOf(monitor, stored.state, current, facts);
  const isSame = !burn?.isChanged && !needsWrite(stored.state, current, owed, monitor.intervalMs);
  if (isEmpty(handed) && isSame) return undefined;
  const date = new Date(facts.now).toISOString();
  const incidents = Math.max(current.incidents, ...numbersOf(handed.incidents, current.createRevision));
  return {
    stored,
    evaluated,
    next: { ...withTold(current, owed, burn), owner: facts.owner, ownerName: facts.worker, incidents, date },
    owed: burn ? { ...owed, entries: [...owed.entries, ...burn.entries] } : owed,
    handed,
  };
}

/** Whether a state and the stored one are well and the same, whatever their times; false where the times matter. */
export function isWritten(monitor: OwnedMonitor, stored: MonitorState | undefined, current: MonitorState): boolean {
  const { intervalMs } = monitor;
  if (intervalMs >= RECORDED_INTERVAL_MS || !isWell(stored) || !isWell(current)) return false;
  return !needsWrite(stored, current, NOTHING_OWED, intervalMs);
}

/** Nothing for most monitors at most times. */
function burnOf(
  monitor: OwnedMonitor,
  stored: MonitorState | undefined,
  current: MonitorState,
  facts: WriterFacts,
): BurnChange | undefined {
  const burning = stored?.burning;
  if (!facts.burnOf) return burning && { burning, entries: [], isChanged: false };
  const verdicts = facts.burnOf(monitor);
  const isOn = verdicts?.fast.is === 'on' || verdicts?.slow.is === 'on';
  return burning || isOn ? burnNotices(stored, current, verdicts, alertFacts(monitor, facts)) : undefined;
}

/** Between two such states nobody is owed anything, which is so after most checks. */
function isWell(state: MonitorState | undefined): boolean {
  return state?.status === 'ok' && !state.incident && !state.flapping;
}

function mayStand(monitor: OwnedMonitor, state: MonitorState | undefined): boolean {
  if (!(state?.incident ?? state?.burning) || !monitor.isChecked || monitor.intervalMs <= SOON_MS) return false;
  const { createRevision } = monitor.assignment;
  return state !== undefined && continues(state, { createRevision, target: monitor.stateTarget });
}

/** Notifications and holds follow from the stored state, not from the latest result. */
function withTold(
  current: MonitorState,
  { told, toldAt, alarmedAt, held, flapping, acknowledged }: Owed,
  burn: BurnChange | undefined,
): MonitorState {
  const next: MonitorState = { ...current, told };
  for (const name of ['toldAt', 'alarmedAt', 'held', 'flapping', 'acknowledged', 'burning'] as const) delete next[name];
  if (burn && Object.keys(burn.burning).length > 0) next.burning = burn.burning;
  if (Object.keys(toldAt).length > 0) next.toldAt = toldAt;
  if (alarmedAt !== undefined) next.alarmedAt = alarmedAt;
  if (Object.keys(held).length > 0) next.held = held;
  if (flapping) next.flapping = flapping;
  if (acknowledged) next.acknowledged = acknowledged;
  return next;
}

/** The end of a monitor; undefined if etcd contains nothing of it. */
export function removalOf(
  monitor: OwnedMonitor,
  reason: ResolveReason,
  { stored, handed = NOTHING_HANDED }: Omit<Basis, 'evaluated'>,
  facts: WriterFacts,
): StateChange | undefined {
  if (!stored || (stored.modRevision === 0 && isEmpty(handed))) return undefined;
  const owed = owedNotifications(stored.state, undefined, alertFacts(monitor, facts), reason, handed.incidents);
  const burn = burnNotices(stored.state, undefined, undefined, alertFacts(monitor, facts), reason);
  return { stored, owed: { ...owed, entries: [...owed.entries, ...burn.entries] }, handed };
}

function alertFacts(monitor: OwnedMonitor, writer: WriterFacts): AlertFacts {
  const { prefix, worker, publicUrl, now, ruleFor, notesFor } = writer;
  const { name, settings, target } = monitor;
  const hold = ruleFor?.(monitor);
  const notes = notesFor?.(monitor);
  return { prefix, monitor: name, settings, target, worker, publicUrl, now, newId: () => timeId(), hold, notes };
}
