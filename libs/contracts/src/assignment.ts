import type { MonitorSettings } from './monitor.js';

export const PHASES = ['run', 'retire', 'remove', 'deliver'] as const;
export type Phase = (typeof PHASES)[number];

/** Whether an assignment in this phase has its monitor checked. */
export function isChecked(phase: Phase | undefined): boolean {
  return phase === 'run' || phase === 'retire';
}

/**
 * A monitor given to a worker: `cluster/assignments/<worker id>/<monitor>`. `run`: check it. `retire`: check it until it can be
 * handed to `to`. `remove`: tell whoever was told of its incident that it is over, forget it, delete the assignment. `deliver`:
 * send what is owed of a monitor that nobody may run at present, change nothing else, delete the assignment.
 */
export interface Assignment<S extends MonitorSettings = MonitorSettings> {
  phase: Phase;
  /** Id of the worker that takes over; with `retire`. */
  to?: string;
  /** Why; with `remove`. */
  reason?: 'removed' | 'disabled' | 'changed';
  /** Validated at this revision. */
  settings: S;
  /** Modification revision of the monitor's key. */
  revision: number;
  /** Creation revision of the monitor's key. */
  createRevision: number;
  /** When its last run started, in milliseconds since the epoch; told at a hand-over, and by a worker that leaves. */
  lastRunAt?: number;
  /** Id of the worker that told `lastRunAt`. Once another has had the monitor it is out of date. */
  lastRunBy?: string;
  /** Its revision is suspected of having ended a worker: it runs in a process of its own until it has completed a run there. */
  isolate?: true;
  /** When it was given to this worker, ISO 8601; an edit of the monitor keeps it. */
  assignedAt: string;
  /** Why it was given to this worker, in words; with `retire`, why it goes to `to`. */
  cause?: string;
}
