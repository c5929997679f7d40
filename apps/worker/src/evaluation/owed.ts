import {
  type ByName,
  byName,
  type Flapping,
  type HandedIncident,
  type Held,
  type IncidentRecord,
  type MonitorState,
  type NotedAcknowledgement,
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
import { notesOf } from './notes.js';
import { alarmedSince, plannedAlarms, recipientsOf } from './planned-alarms.js';

/** The writes that go together with the next state. */
export interface Owed {
  /** By alerter, its last notification once the entries are delivered, and when. */
  told: ByName<AlarmStatus>;
  toldAt: ByName<string>;
  /** When an alerter was first notified of the present status. */
  alarmedAt?: string | undefined;
  /** By alerter, the alarm that is pending and held back. */
  held: ByName<Held>;
  flapping?: Flapping | undefined;
  /** The acknowledgement of which alerters have a note, once the entries are delivered. */
  acknowledged?: NotedAcknowledgement | undefined;
  entries: OutboxEntry[];
  /** The incident that was open in the stored state, and no longer is. */
  closed?: { incident: OpenIncident; reason: ResolveReason };
  /** The incident whose record is new, or differs from the stored one. */
  current?: OpenIncident;
}

/**
 * The difference between the stored state and the next one (nothing, if the monitor is removed). Level-triggered: it compares each
 * alerter's last notification with the one that it should have. So an evaluation that was not written is no loss, and writing one
 * again adds nothing. A held alarm is not sent, and so stays pending. `handed` are notifications that are not stored yet.
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
    if (one.incident.id === before?.id) {
      closed = { incident: one.incident, reason };
      // The stored state does not know how many followed.
      if (next?.count === 0) one.count = Math.max(one.count, next.failures ?? 0);
    }
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
  tellAlarms(owed, { stored, next, open, kept, flapped }, facts);
  const notes = notesOf(stored, next, open, owed.told, facts);
  entries.push(...notes.entries);
  if (notes.acknowledged) owed.acknowledged = notes.acknowledged;
  if (before?.id !== open.id || before.worst !== open.worst) owed.current = open;
  return owed;
}

interface Situation {
  stored: MonitorState | undefined;
  next: MonitorState;
  open: OpenIncident;
  kept: KnownIncident | undefined;
  flapped: ByName<AlarmStatus>;
}

/** Decides about the notifications that are due for an open incident, and records those that are held back. */
function tellAlarms(owed: Owed, { stored, next, open, kept, flapped }: Situation, facts: AlertFacts): void {
  const at = new Date(facts.now).toISOString();
  const { told, toldAt, held, flapping } = owed;
  const heard = {
    told: { ...told },
    toldAt: { ...toldAt },
    unsure: kept?.unsure ?? new Set<string>(),
    alarmedAt: stored?.alarmedAt,
    warned: wasWarned(open, stored),
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
      // A warning that ended is not true any more, and is not sent later.
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

/**
 * Alerters that were notified of the flapping get the news that it stopped and all is ok: with the resolve of this moment, or
 * without one.
 */
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

/** The alerters that were notified of the flapping, when it stops. */
function toldOfFlapping(stored: MonitorState | undefined, next: MonitorState | undefined): ByName<AlarmStatus> {
  const isOver = stored?.flapping !== undefined && next !== undefined && !next.flapping && continues(stored, next);
  return byName(isOver ? stored.flapping?.told : {});
}

/** The stored state knows who was notified. */
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

/** Whether a hold is worth mentioning: not an ongoing flapping, when something worse is sent. */
function isOver({ reason }: Held, { kind, flapping }: Alarm): boolean {
  return kind !== 'passed' && (reason !== 'flapping' || flapping === undefined);
}

/** What has held back the alarms of an incident for an alerter so far; flapping does so from one incident to the next. */
function heldOf(stored: MonitorState | undefined, open: OpenIncident, alerter: string): Held | undefined {
  const held = stored?.held && ownOf(stored.held, alerter);
  return held && (stored.incident?.id === open.id || held.reason === 'flapping') ? held : undefined;
}

/**
 * Whether the state in etcd says that the recipients of the warning were decided: each was notified, or its alarm was held. A handback
 * cannot say that: what it decided without etcd may not have been sent, and what was sent stands in `told`.
 */
function wasWarned({ id }: OpenIncident, stored: MonitorState | undefined): boolean {
  return stored?.incident?.id === id && stored.incident.warned === true;
}

/** The part of `entries` that an unanswered write sent to etcd before, in that form: so it cannot be in the outbox twice. */
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
  // The owner of that time could not record it.
  return known.createRevision === next.createRevision ? 'changed' : 'removed';
}
