import type { MonitorSettings } from './monitor.js';

export const PHASES = ['run', 'retire', 'remove', 'deliver'] as const;
export type Phase = (typeof PHASES)[number];

/** Whether the worker checks the monitor in this phase. */
export function isChecked(phase: Phase | undefined): boolean {
  return phase === 'run' || phase === 'retire';
}

/**
 * A monitor assigned to a worker: `cluster/assignments/<worker id>/<monitor>`. `run`: check it. `retire`: check it until it can be
 * handed to `to`. `remove`: send a resolve to each alerter that was notified of its incident, delete its state, delete the
 * assignment. `deliver`: send its pending notifications, change nothing else, delete the assignment; nobody may run it at present.
 */
export interface Assignment<S extends MonitorSettings = MonitorSettings> {
  phase: Phase;
  /** Id of the worker that takes over; with `retire`. */
  to?: string;
  /** Why; with `remove`. */
  reason?: 'removed' | 'disabled' | 'changed';
  /** The settings, validated at this revision. */
  settings: S;
  /** Modification revision of the monitor's key. */
  revision: number;
  /** Creation revision of the monitor's key. */
  createRevision: number;
  /**
   * When its last check started, in milliseconds since the epoch, in the time of the cluster; set at a hand-over, and by a worker that
   * leaves.
   */
  lastRunAt?: number;
  /** How long before this was written, in milliseconds; set at a hand-over, because clocks may differ. */
  lastRunAgoMs?: number;
  /** Id of the worker that set `lastRunAt`. Out of date once another worker has run the monitor. */
  lastRunBy?: string;
  /** Its revision is suspected of having killed a worker: it runs in a process of its own until it has completed a check there. */
  isolate?: true;
  /** When it was assigned to this worker, ISO 8601; an edit of the monitor keeps it. */
  assignedAt: string;
  /** Why it was assigned to this worker, in words; with `retire`, why it moves to `to`. */
  cause?: string;
}
