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
import { worse } from './evaluate.js';

/** An incident that somebody was told of, or that is stored as open. */
export interface KnownIncident {
  incident: OpenIncident;
  /** What each alerter that does not know it to be over was last told. */
  told: ByName<AlarmStatus>;
  /** When each was told that, as far as it is known. ISO 8601. */
  toldAt: ByName<string>;
  /** Alerters that may hold it to be over, since a resolve was sent to them without an answer. */
  unsure: Set<string>;
  /** Alarms that were sent without an answer, to be sent once more. */
  unanswered: OutboxEntry[];
  createRevision: number;
  target: string;
  message: string;
  count: number;
}

/**
 * What alerters know of incidents: what is stored, and what was told by workers that could not write it down. Two sides of a partition do
 * not know in which order they told an alerter: what was handed back counts as the later, so that where both agree nothing is owed, and
 * where they differ the alerter is told once more.
 */
export function knownIncidents(stored: MonitorState | undefined, handed: readonly HandedIncident[]): KnownIncident[] {
  const known = new Map<string, KnownIncident>();
  if (stored?.incident) known.set(stored.incident.id, ofState(stored, stored.incident));
  for (const told of handed) {
    known.set(told.incident.id, combined(known.get(told.incident.id) ?? ofHanded(told), told));
  }
  return [...known.values()].sort((a, b) => numberOf(a.incident.id) - numberOf(b.incident.id));
}

/**
 * What another worker told of an incident that is stored as open: whether its resolve came after our own alarm nobody knows, unless the state
 * has not changed since that worker was alone.
 */
export function handedByAnother(
  handed: HandedIncident,
  stored: MonitorState | undefined,
  stateRevision?: number,
): HandedIncident {
  if (stored?.incident?.id !== handed.incident.id) return handed;
  if (stateRevision !== undefined && stateRevision === handed.stateRevision) return handed;
  const told = Object.entries(handed.told).map(([alerter, heard]): [string, NotifiedStatus] => {
    const isDoubtful = heard === 'resolved' && ownOf(stored.told, alerter) !== undefined;
    return [alerter, isDoubtful ? 'perhaps-resolved' : heard];
  });
  return { ...handed, told: Object.fromEntries(told) };
}

/** The n of `<create revision>.<n>`. */
export function numberOf(incident: string): number {
  return Number(incident.slice(incident.lastIndexOf('.') + 1));
}

export function createRevisionOf(incident: string): number {
  return Number(incident.slice(0, incident.lastIndexOf('.')));
}

function ofState(state: MonitorState, incident: OpenIncident): KnownIncident {
  const { createRevision, target, message, count } = state;
  return {
    incident,
    told: byName(state.told),
    toldAt: byName(state.toldAt),
    unsure: new Set(),
    unanswered: [],
    createRevision,
    target,
    message,
    count,
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
    // Whatever it is to know next, it is told; and of the end.
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
