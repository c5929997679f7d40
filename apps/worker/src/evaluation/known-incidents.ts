import type { HandedIncident, MonitorState, OpenIncident, OutboxEntry, ToldStatus } from '@9volt/contracts';
import { worse } from './evaluate.js';

/** An incident that somebody was told of, or that is stored as open. */
export interface KnownIncident {
  incident: OpenIncident;
  /** What each alerter that does not know it to be over was last told. */
  told: Record<string, ToldStatus>;
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
export function knownIncidents(
  stored: MonitorState | undefined,
  handed: readonly HandedIncident[],
  open: OpenIncident | undefined,
): KnownIncident[] {
  const known = new Map<string, KnownIncident>();
  if (stored?.incident) known.set(stored.incident.id, ofState(stored, stored.incident));
  for (const told of handed) {
    const before = known.get(told.incident.id);
    const isOpen = told.incident.id === open?.id;
    known.set(told.incident.id, combined(before ?? ofHanded(told), told, isOpen));
  }
  return [...known.values()].sort((a, b) => numberOf(a.incident.id) - numberOf(b.incident.id));
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
  return { incident, told: { ...state.told }, unanswered: [], createRevision, target, message, count };
}

function ofHanded(handed: HandedIncident): KnownIncident {
  const { incident, target, message, count } = handed;
  const createRevision = createRevisionOf(incident.id);
  return { incident, told: {}, unanswered: [], createRevision, target, message, count };
}

function combined(
  known: KnownIncident,
  { incident, told, unanswered }: HandedIncident,
  isOpen: boolean,
): KnownIncident {
  const merged = { ...known.told };
  for (const [alerter, heard] of Object.entries(told)) {
    // Not sure of a resolve: told of an open incident once more, and otherwise of its end.
    if (heard === 'resolved' || (heard === 'perhaps-resolved' && isOpen)) delete merged[alerter];
    else merged[alerter] = heard === 'perhaps-resolved' ? incident.worst : heard;
  }
  return {
    ...known,
    incident: { ...known.incident, worst: worse(known.incident.worst, incident.worst) },
    told: merged,
    unanswered: [...known.unanswered, ...unanswered],
  };
}
