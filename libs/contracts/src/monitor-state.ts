import type { Status } from './check-result.js';
import type { BurnKind } from './notification.js';

/** The last alert about the open incident to an alerter. */
export type AlarmStatus = Exclude<Status, 'ok'>;

export interface OpenIncident {
  /** `<monitor create revision>.<n>`, so both sides of a partition make the same id. */
  id: string;
  /** Time of the first failure of this incident. ISO 8601. */
  openedAt: string;
  /** The worst status it reached. */
  worst: AlarmStatus;
  /**
   * Whether it went through warning: then alerters for warnings must be notified, even if that could not be written at the time.
   */
  warned?: boolean;
  /** The message of the result that led here; kept for notifications. */
  expected?: string;
  found?: string;
}

/** The stages of the notification pipeline that can hold an alarm. */
export const HOLD_REASONS = ['maintenance', 'dependency', 'silence', 'flapping', 'acknowledgement'] as const;
export type HoldReason = (typeof HOLD_REASONS)[number];

/**
 * Why 9volt does not notify an alerter of an alarm at present. The alarm stays pending: when the reason ends, 9volt compares the
 * state of that time with the last notification.
 */
export interface Held {
  reason: HoldReason;
  /** Id of the silence, name of the window or of the parent, author of the acknowledgement. */
  by?: string;
  /** Since when it is held for this reason. ISO 8601. */
  since: string;
  /** Latest end, if known. ISO 8601. */
  until?: string;
  /** The whole reason as a sentence for a person. */
  text: string;
}

export interface Flapping {
  /** ISO 8601. */
  since: string;
  /** By alerter, the worst status that it was notified of since then. */
  told?: Record<string, AlarmStatus>;
}

/** The acknowledgement of the open incident of which alerters got a note. */
export interface NotedAcknowledgement {
  /** When it was made. ISO 8601. */
  at: string;
  author?: string;
  until?: string;
  /** Those alerters. */
  alerters: string[];
}

/** A notification about the error budget that lasts. */
export interface OpenBurn {
  /** `<monitor create revision>.<kind>.<milliseconds>`. */
  id: string;
  /** ISO 8601. */
  since: string;
  /** How fast it burnt then. */
  message: string;
  /** By alerter, what it was notified of. */
  told: Record<string, AlarmStatus>;
  /** By alerter, why it is not notified at present. */
  held?: Record<string, Held>;
}

export type Burning = Partial<Record<BurnKind, OpenBurn>>;

/** The stored state of a monitor under `state/<name>`: written on change, at most once a second. */
export interface MonitorState {
  status: Status;
  /** Since when it has this status. ISO 8601. */
  since: string;
  /** Consecutive failures, counted up to the highest threshold. */
  count: number;
  /**
   * All consecutive failures at the time of this write; if the count is 0, those of the incident that ended last. A further failure
   * alone is no reason to write: the vitals contain the present number.
   */
  failures?: number;
  /** Time of the first of those failures, ISO 8601; absent if the count is 0. */
  firstFailureAt?: string;
  /** When that failure was known, ISO 8601: what was checked before may have been checked before the target failed. */
  failureSeenAt?: string;
  /** The last message; `N/A` when ok. */
  message: string;
  /** Id of the member that wrote it. */
  owner: string;
  /** Its display name. */
  ownerName: string;
  /** The open incident: from the first status other than ok to the return to ok. */
  incident: OpenIncident | null;
  /** Number of incidents that this monitor had. */
  incidents: number;
  /** By alerter, the last alert about the open incident; empty without one. */
  told: Record<string, AlarmStatus>;
  /** By alerter, the time of its last notification about the open incident. ISO 8601. */
  toldAt?: Record<string, string>;
  /**
   * When an alerter was first notified of the present status; escalations count from then. A time before `since` belongs to another
   * status. ISO 8601.
   */
  alarmedAt?: string;
  /** By alerter, why it is not notified at present. */
  held?: Record<string, Held>;
  acknowledged?: NotedAcknowledgement;
  /** Consecutive successes while the incident is still open, below the `recovery-threshold`. */
  successes?: number;
  /** The latest results, oldest first, at most 20: `1` ok, `0` not ok. */
  history?: string;
  /** Present while the monitor flaps. */
  flapping?: Flapping;
  /** The error budget burns too fast; absent if not. */
  burning?: Burning;
  /** Within how many milliseconds a check shows a change of the target: the interval plus the longest duration of a check. */
  judgedWithinMs?: number;
  /** Revision of the monitor at this evaluation. */
  revision: number;
  /** Creation revision of the monitor. */
  createRevision: number;
  /** Type and target of the incident; if they change, the incident closes. */
  target: string;
  /** When the last check that changed the state started. ISO 8601. */
  lastRunAt: string | null;
  /** When this was written. ISO 8601. */
  date: string;
}
