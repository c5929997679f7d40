import type { Assignment, MonitorSettings } from '@9volt/contracts';
import { type Entry, parseAssignment } from '@9volt/etcd-dal';
import { settingsOfLeftover, type Subject, subjectOf } from './judge-monitor.js';

/** An assignment as the leader remembers it: without its settings, but with the text to parse them from when needed. */
export interface Holding {
  key: string;
  workerId: string;
  monitor: string;
  modRevision: number;
  /** Absent if the value is invalid. */
  phase: Assignment['phase'] | undefined;
  to: string | undefined;
  reason: Assignment['reason'];
  revision: number;
  createRevision: number;
  lastRunAt: number | undefined;
  lastRunBy: string | undefined;
  text: string;
}

/** `assignment` is absent if the value is invalid. */
export function toHolding(
  entry: Entry,
  place: { workerId: string; monitor: string },
  assignment: Assignment | undefined,
): Holding {
  return {
    key: entry.key,
    ...place,
    modRevision: entry.modRevision,
    phase: assignment?.phase,
    to: assignment?.to,
    reason: assignment?.reason,
    revision: assignment?.revision ?? 0,
    createRevision: assignment?.createRevision ?? 0,
    lastRunAt: assignment?.lastRunAt,
    lastRunBy: assignment?.lastRunBy,
    text: assignment ? entry.value.toString() : '',
  };
}

const subjects = new WeakMap<Holding, Subject>();

/** The assigned settings, for when the monitor's own are no longer valid. */
export function subjectOfHolding(holding: Holding): Subject {
  let subject = subjects.get(holding);
  if (!subject) {
    const assigned = parseAssignment(Buffer.from(holding.text));
    if (!assigned) throw new Error(`the assignment of monitor "${holding.monitor}" cannot be read`);
    subjects.set(holding, (subject = subjectOrLeftover(assigned.settings)));
  }
  return subject;
}

/** Since when its worker has it and why; read only when an assignment is written again. */
export function historyOf({ text }: Holding): Pick<Partial<Assignment>, 'assignedAt' | 'cause'> {
  return parseAssignment(Buffer.from(text)) ?? {};
}

/** Another version of 9volt may have assigned settings that this one cannot judge; the owner can. */
function subjectOrLeftover(settings: MonitorSettings): Subject {
  try {
    return subjectOf(settings);
  } catch {
    return {
      ...settingsOfLeftover(),
      settingsJson: JSON.stringify(settings),
      memberTag: settings['member-tag'],
    };
  }
}

/**
 * The value of an assignment. The settings are JSON already: with 100,000 monitors, parsing them only to print them again would be
 * slow.
 */
export function encodeAssignment(head: Omit<Assignment, 'settings'>, settingsJson: string): string {
  return `${JSON.stringify(head).slice(0, -1)},"settings":${settingsJson}}`;
}
