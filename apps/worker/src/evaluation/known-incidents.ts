import {
  type ByName,
  byName,
  type HandedIncident,
  type NotifiedStatus,
  type MonitorState,
  type OpenIncident,
  type OutboxEntry,
  ownOf,
  type AlarmStatus,
} from '@9volt/contracts';
import { endedAt, failuresOf, worse } from './evaluate.js';

/** An incident that somebody was notified of, or that is stored as open. */
export interface KnownIncident {
  incident: OpenIncident;
  /** By alerter, the last notification, unless the alerter knows that it is over. */
  told: ByName<AlarmStatus>;
  /** By alerter, the time of that notification, if known. ISO 8601. */
  toldAt: ByName<string>;
  /** Alerters that may think it is over, because they were sent a resolve without an answer. */
  unsure: Set<string>;
  /** Alarms that got no answer and must be sent once more. */
  unanswered: OutboxEntry[];
  createRevision: number;
  target: string;
  message: string;
  count: number;
}

/**
 * What alerters know about incidents: from the stored state, and from workers that could not write. Two sides of a partition do not
 * know in which order they notified an alerter. A handback counts as the later: where both agree, nothing is pending, and where
 * they differ, the alerter gets one more notification.
 */
export function knownIncidents(stored: MonitorState | undefined, handed: readonly HandedIncident[]): KnownIncident[] {
  const known = new Map<string, KnownIncident>();
  if (stored?.incident) known.set(stored.incident.id, ofState(stored, stored.incident));
  for (const told of handed) {
    known.set(told.incident.id, combined(known.get(told.incident.id) ?? ofHanded(told), told));
  }
  return [...known.values()].sort((a, b) => numberOf(a.incident.id) - numberOf(b.incident.id));
}

/** `isUndisturbed`: nobody has written the state of the monitor since, or only the worker that handed it back. */
export interface Told {
  told: HandedIncident;
  isUndisturbed: boolean;
}

/**
 * What other workers did about an incident that is stored as open: nobody knows whether a resolve of theirs came after the alarm that
 * is stored, unless nobody has written the state since that worker was alone. But if a resolve surely came after that alarm, then
 * whichever came last was a resolve. `ours` did.
 */
export function handedByOthers(
  handed: readonly Told[],
  stored: MonitorState | undefined,
  ours: readonly HandedIncident[] = [],
): HandedIncident[] {
  const certain = [...handed.flatMap((one) => (one.isUndisturbed ? [one.told] : [])), ...ours];
  const heardLast = byName<NotifiedStatus>();
  for (const { incident, told } of certain) if (incident.id === stored?.incident?.id) Object.assign(heardLast, told);
  return handed.map(({ told, isUndisturbed }) => (isUndisturbed ? told : inDoubt(told, stored, heardLast)));
}

function inDoubt(
  handed: HandedIncident,
  stored: MonitorState | undefined,
  heardLast: Readonly<ByName<NotifiedStatus>>,
): HandedIncident {
  if (stored?.incident?.id !== handed.incident.id) return handed;
  const told = Object.entries(handed.told).map(([alerter, heard]): [string, NotifiedStatus] => {
    const isKnown = ownOf(stored.told, alerter) !== undefined && ownOf(heardLast, alerter) !== 'resolved';
    const isDoubtful = heard === 'resolved' && isKnown;
    return [alerter, isDoubtful ? 'perhaps-resolved' : heard];
  });
  return { ...handed, told: Object.fromEntries(told) };
}

/**
 * The state from which the next result is evaluated: the stored one, without the incident that the last of the others saw end, or all
 * of them, if nobody has written the state since. A failure begins another incident then, and none with the number of one that has ended; but it
 * continues one that others left open, under its number.
 */
export function stateAfter(stored: MonitorState, handed: readonly Told[]): MonitorState {
  const about = handed.filter(({ told }) => told.incident.id === stored.incident?.id);
  const last = about.at(-1);
  const isOver = about.every(({ told }) => told.closedAt !== null) && about.some((one) => one.isUndisturbed);
  const endsAt = isOver || last?.isUndisturbed ? last?.told.closedAt : undefined;
  const state = endsAt ? endedAt(stored, endsAt) : stored;
  const ended = handed.flatMap(({ told }) => (told.closedAt === null ? [] : [told]));
  return { ...state, incidents: Math.max(state.incidents, ...numbersOf(ended, stored.createRevision)) };
}

/** Numbers of the incidents of the same monitor: the next one must have another. */
export function numbersOf(handed: readonly HandedIncident[], createRevision: number): number[] {
  return handed
    .filter(({ incident }) => createRevisionOf(incident.id) === createRevision)
    .map(({ incident }) => numberOf(incident.id));
}

/** The n of `<create revision>.<n>`. */
export function numberOf(incident: string): number {
  return Number(incident.slice(incident.lastIndexOf('.') + 1));
}

export function createRevisionOf(incident: string): number {
  return Number(incident.slice(0, incident.lastIndexOf('.')));
}

function ofState(state: MonitorState, incident: OpenIncident): KnownIncident {
  const { createRevision, target, message } = state;
  return {
    incident,
    told: byName(state.told),
    toldAt: byName(state.toldAt),
    unsure: new Set(),
    unanswered: [],
    createRevision,
    target,
    message,
    count: failuresOf(state),
  };
}

function ofHanded(handed: HandedIncident): KnownIncident {
  const { incident, target, message, count } = handed;
  const createRevision = createRevisionOf(incident.id);
  return {
    incident,
    told: byName(),
    toldAt: byName(),
    unsure: new Set(),
    unanswered: [],
    createRevision,
    target,
    message,
    count,
  };
}

function combined(known: KnownIncident, { incident, told, unanswered, notifications }: HandedIncident): KnownIncident {
  const merged = byName(known.told);
  const toldAt = byName(known.toldAt);
  for (const { alerter, type, at } of notifications) if (type !== 'resolve') toldAt[alerter] = at;
  const unsure = new Set(known.unsure);
  for (const [alerter, heard] of Object.entries(told)) {
    if (heard === 'resolved') delete merged[alerter];
    // It is notified of whatever comes next, and of the end.
    else merged[alerter] = heard === 'perhaps-resolved' ? 'unknown' : heard;
    if (heard === 'perhaps-resolved') unsure.add(alerter);
  }
  return {
    ...known,
    incident: { ...known.incident, worst: worse(known.incident.worst, incident.worst) },
    told: merged,
    toldAt,
    unsure,
    unanswered: [...known.unanswered, ...unanswered],
  };
}
