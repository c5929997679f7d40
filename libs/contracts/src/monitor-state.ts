import type { Status } from './check-result.js';

/** What an alerter was last told of the open incident. */
export type AlarmStatus = Exclude<Status, 'ok'>;

export interface OpenIncident {
  /** `<monitor create revision>.<n>`, so that both sides of a partition mint the same. */
  id: string;
  /** When the first failure of this incident ran. ISO 8601. */
  openedAt: string;
  /** The worst status it reached. */
  worst: AlarmStatus;
  /** Whether it went through warning: who is told of warnings must hear of it, also when that could not be written at the time. */
  warned?: boolean;
  /** Result that led here, in words; kept to be told. */
  expected?: string;
  found?: string;
}

/** The stages of the notification pipeline that can hold an alarm. */
export const HOLD_REASONS = ['maintenance', 'dependency', 'silence', 'flapping', 'acknowledgement'] as const;
export type HoldReason = (typeof HOLD_REASONS)[number];

/** Why an alarm is not sent to an alerter at present. It is still owed: when the reason ends, the state of that time is compared with what was told. */
export interface Held {
  reason: HoldReason;
  /** Id of the silence, name of the window or of the parent, author of the acknowledgement. */
  by?: string;
  /** Since when it is held for this reason. ISO 8601. */
  since: string;
  /** Until when at most, where that is known. ISO 8601. */
  until?: string;
  /** The whole reason as a sentence for a person. */
  text: string;
}

export interface Flapping {
  /** ISO 8601. */
  since: string;
  /** By alerter, the worst status it was told since then. */
  told?: Record<string, AlarmStatus>;
}

/** What is stored of a monitor under `state/<name>`: written on change, at most once a second. */
export interface MonitorState {
  status: Status;
  /** When the status became what it is. ISO 8601. */
  since: string;
  /** Failures in a row, counted up to the highest threshold. */
  count: number;
  /** When the first of those failures ran, ISO 8601; absent when the count is 0. */
  firstFailureAt?: string;
  /** The last message; `N/A` when ok. */
  message: string;
  /** Id of the member that wrote this. */
  owner: string;
  /** Its display name. */
  ownerName: string;
  /** The open incident: from the first status other than ok to the return to ok. */
  incident: OpenIncident | null;
  /** How many incidents this monitor had. */
  incidents: number;
  /** What each alerter was last told of the open incident; empty without one. */
  told: Record<string, AlarmStatus>;
  /** By alerter, when it was last told of the open incident. ISO 8601. */
  toldAt?: Record<string, string>;
  /** When somebody was first told of the present status: escalations count from then. Earlier than `since`, it is of another status. ISO 8601. */
  alarmedAt?: string;
  /** By alerter, why it is not told at present. */
  held?: Record<string, Held>;
  /** Successes in a row while the incident is still open, below the `recovery-threshold`. */
  successes?: number;
  /** The latest results, oldest first, at most 20: `1` ok, `0` not ok. */
  history?: string;
  /** Present while the monitor flaps. */
  flapping?: Flapping;
  /** Within how many milliseconds of a change of the target a check shows it: the interval, and the longest time that a run takes. */
  judgedWithinMs?: number;
  /** Revision of the monitor that this was evaluated under. */
  revision: number;
  /** Creation revision of the monitor. */
  createRevision: number;
  /** Type and target that the incident is about; a change of it closes the incident. */
  target: string;
  /** When the last run that changed the state started. ISO 8601. */
  lastRunAt: string | null;
  /** When this was written. ISO 8601. */
  date: string;
}
