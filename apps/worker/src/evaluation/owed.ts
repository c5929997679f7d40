import {
  type ByName,
  byName,
  type Flapping,
  type HandedIncident,
  type Held,
  type IncidentRecord,
  type MonitorState,
  type OpenIncident,
  type OutboxEntry,
  ownOf,
  type ResolveReason,
  type AlarmStatus,
} from '@9volt/contracts';
import { type Alarm, afterHold, heldBy } from './alarm.js';
import { type AlertFacts, alarmOf, entryOf, resolveOf } from './alert-of.js';
import { continues, worse } from './evaluate.js';
import { type KnownIncident, knownIncidents } from './known-incidents.js';
import { alarmedSince, plannedAlarms, recipientsOf } from './planned-alarms.js';

/** What must be written with the next state. */
export interface Owed {
  /** What every alerter has been told once the entries are delivered, and when. */
  told: ByName<AlarmStatus>;
  toldAt: ByName<string>;
  /** When somebody was first told of the present status. */
  alarmedAt?: string | undefined;
  /** By alerter, what is owed to it and held. */
  held: ByName<Held>;
  flapping?: Flapping | undefined;
  entries: OutboxEntry[];
  /** The incident that was open in what is stored, and no longer is. */
  closed?: { incident: OpenIncident; reason: ResolveReason };
  /** The incident whose record is new, or differs from what is stored. */
  current?: OpenIncident;
}

/**
 * The difference between what is stored and what is to be stored next (nothing, when the monitor is removed). Level-triggered: it
 * compares what each alerter was last told with what it must be told, so that an evaluation that was not written is no loss, and
 * one that is written again owes nothing twice. What is held is not told, and so stays owed. `handed` is what was told without being stored.
 */
export function owedNotifications(
  stored: MonitorState | undefined,
  next: MonitorState | undefined,
  facts: AlertFacts,
  reasonOfRemoval: ResolveReason = 'removed',
  handed: readonly HandedIncident[] = [],
): Owed {
  const entries: OutboxEntry[] = [];
  const before = stored?.incident ?? undefined;
  const open = next?.incident ?? undefined;
  const known = knownIncidents(stored, handed);
  const flapped = toldOfFlapping(stored, next);
  let closed: Owed['closed'];
  for (const one of known) {
    if (one.incident.id === open?.id) continue;
    const reason = reasonOf(one, next, reasonOfRemoval);
    if (one.incident.id === before?.id) closed = { incident: one.incident, reason };
    entries.push(...one.unanswered);
    for (const alerter of Object.keys(one.told).sort()) {
      entries.push(entryOf(alerter, one.incident, resolveOf(one, reason, facts), facts));
    }
  }
  const kept = known.find(({ incident }) => incident.id === open?.id);
  if (kept) entries.push(...kept.unanswered);
  const owed: Owed = {
    told: byName(kept?.told),
    toldAt: byName(kept?.toldAt),
    held: byName(),
    entries,
    ...(closed ? { closed } : {}),
    ...(next?.flapping ? { flapping: flappingSince(stored, next.flapping) } : {}),
  };
  if (!next) return owed;
  if (!open || next.status === 'ok') {
    if (stored) tellCalm(owed, stored, flapped, facts);
    return owed;
  }
  tellAlarms(owed, { stored, next, open, kept, flapped, handed }, facts);
  if (before?.id !== open.id || before.worst !== open.worst) owed.current = open;
  return owed;
}

interface Situation {
  stored: MonitorState | undefined;
  next: MonitorState;
  open: OpenIncident;
  kept: KnownIncident | undefined;
  flapped: ByName<AlarmStatus>;
  handed: readonly HandedIncident[];
}

/** Tells what is due of an open incident, and notes what is held. */
function tellAlarms(owed: Owed, { stored, next, open, kept, flapped, handed }: Situation, facts: AlertFacts): void {
  const at = new Date(facts.now).toISOString();
  const { told, toldAt, held, flapping } = owed;
  const heard = {
    told: { ...told },
    toldAt: { ...toldAt },
    unsure: kept?.unsure ?? new Set<string>(),
    alarmedAt: stored?.alarmedAt,
    warned: wasWarned(open, stored, handed),
    flapped,
  };
  const first = recipientsOf(next.status as AlarmStatus, facts.settings);
  const since = alarmedSince(first, next, heard);
  if (since !== undefined && first.length > 0) owed.alarmedAt = new Date(since).toISOString();
  for (const planned of plannedAlarms(next, open, heard, facts.settings)) {
    const { alerter, status, kind } = planned;
    if (planned.at > facts.now) continue;
    const heldBefore = heldOf(stored, open, alerter);
    const alarm: Alarm = {
      ...{ alerter, status, kind, before: heldBefore },
      ...(flapping ? { flapping: { since: flapping.since, told: ownOf(flapping.told ?? {}, alerter) } } : {}),
    };
    const hold = facts.hold?.(alarm, next);
    if (hold) {
      // What passed is not true any more, and is not told later.
      if (kind !== 'passed') held[alerter] = heldBy(hold, heldBefore, facts.now);
      continue;
    }
    told[alerter] = status;
    toldAt[alerter] = at;
    if (kind === 'alarm') owed.alarmedAt ??= at;
    const alert = {
      ...alarmOf(next, open, status, facts),
      ...(heldBefore && isOver(heldBefore, alarm) ? { afterHold: afterHold(heldBefore) } : {}),
      ...(kind === 'repeat' ? { repeat: true } : {}),
      ...(kind === 'escalation' ? { escalated: true } : {}),
      ...flappingWord(alarm, flapped),
    };
    if (flapping) noteFlapping(flapping, alerter, status);
    owed.entries.push(entryOf(alerter, open, alert, facts));
  }
}

/** Who was told that the monitor flaps hears that it stopped, and is ok: with the resolve of this moment, or without one. */
function tellCalm(owed: Owed, stored: MonitorState, flapped: ByName<AlarmStatus>, facts: AlertFacts): void {
  for (const [alerter, worst] of Object.entries(flapped)) {
    const resolve = owed.entries.find((entry) => entry.alerter === alerter && entry.alert.type === 'resolve');
    if (resolve) {
      resolve.alert = { ...resolve.alert, flapping: 'ended' };
      continue;
    }
    const { createRevision, incidents, flapping, target, message, count } = stored;
    const incident = { id: `${createRevision}.${incidents}`, openedAt: flapping?.since ?? stored.since, worst };
    const over = { incident, target, message, count };
    const alert = { ...resolveOf(over, 'recovered', facts), flapping: 'ended' as const };
    owed.entries.push(entryOf(alerter, incident, alert, facts));
  }
}

/** Who was told that the monitor flaps, by the time at which it flaps no more. */
function toldOfFlapping(stored: MonitorState | undefined, next: MonitorState | undefined): ByName<AlarmStatus> {
  const isOver = stored?.flapping !== undefined && next !== undefined && !next.flapping && continues(stored, next);
  return byName(isOver ? stored.flapping?.told : {});
}

/** What is stored knows who was told of it. */
function flappingSince(stored: MonitorState | undefined, { since }: Flapping): Flapping {
  const told = stored?.flapping?.since === since ? stored.flapping.told : undefined;
  return { since, ...(told ? { told: byName(told) } : {}) };
}

function noteFlapping(flapping: Flapping, alerter: string, status: AlarmStatus): void {
  const told = byName(flapping.told);
  told[alerter] = worse(told[alerter] ?? status, status);
  flapping.told = told;
}

function flappingWord({ alerter, flapping }: Alarm, flapped: ByName<AlarmStatus>): { flapping?: 'began' | 'ended' } {
  if (flapped[alerter] !== undefined) return { flapping: 'ended' };
  return flapping && flapping.told === undefined ? { flapping: 'began' } : {};
}

/** Whether what held alarms is worth a word: not a flapping that goes on, while something worse is told. */
function isOver({ reason }: Held, { kind, flapping }: Alarm): boolean {
  return kind !== 'passed' && (reason !== 'flapping' || flapping === undefined);
}

/** What held the alarms of an incident to an alerter so far; flapping does so from one incident to the next. */
function heldOf(stored: MonitorState | undefined, open: OpenIncident, alerter: string): Held | undefined {
  const held = stored?.held && ownOf(stored.held, alerter);
  return held && (stored.incident?.id === open.id || held.reason === 'flapping') ? held : undefined;
}

/** Whether it was decided before, here or without etcd, who is told that an incident is a warning: then that was told, or held. */
function wasWarned({ id }: OpenIncident, stored: MonitorState | undefined, handed: readonly HandedIncident[]): boolean {
  const known = [stored?.incident, ...handed.map(({ incident }) => incident)];
  return known.some((incident) => incident?.id === id && incident.warned === true);
}

/** What of `entries` was sent to etcd before, without an answer, as it was sent: so that it cannot be in the outbox twice. */
export function withKnownIds(entries: readonly OutboxEntry[], sent: readonly OutboxEntry[]): OutboxEntry[] {
  return entries.map((entry) => sent.find((one) => isSame(one, entry)) ?? entry);
}

function isSame(a: OutboxEntry, b: OutboxEntry): boolean {
  return a.alerter === b.alerter && a.incident === b.incident && a.alert.type === b.alert.type;
}

export function recordOf(incident: OpenIncident, message: string): IncidentRecord {
  return {
    id: incident.id,
    openedAt: incident.openedAt,
    closedAt: null,
    worst: incident.worst,
    message,
    notifications: [],
  };
}

function reasonOf(known: KnownIncident, next: MonitorState | undefined, reasonOfRemoval: ResolveReason): ResolveReason {
  if (!next) return reasonOfRemoval;
  if (continues(known, next)) return 'recovered';
  // The owner of the time could not say so itself.
  return known.createRevision === next.createRevision ? 'changed' : 'removed';
}
