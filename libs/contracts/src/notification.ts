import type { Status } from './check-result.js';
import type { AlarmStatus } from './monitor-state.js';

/** How fast an error budget burns: `fast` wakes somebody, `slow` can wait for the working day. */
export const BURN_KINDS = ['fast', 'slow'] as const;
export type BurnKind = (typeof BURN_KINDS)[number];

/** Why an incident was closed. */
export type ResolveReason = 'recovered' | 'removed' | 'disabled' | 'changed';

/** The content of a message about several notifications. */
export interface AlertGroup {
  /** What they have in common: `tag shop`; empty if they were not grouped by anything. */
  by: string;
  /** Number of alarms and of resolves. */
  alarms: number;
  resolves: number;
  /** Number of those resolves that are no recovery. */
  closed?: number;
  /** The worst first, then those that have failed the longest; at most 20. */
  shown: Pick<Alert, 'monitor' | 'type' | 'message' | 'since' | 'reason'>[];
}

/** A note about an acknowledgement: no alarm, for channels that have a place for it. */
export type NoteKind = 'acknowledged' | 'unacknowledged';

export interface AlertNote {
  kind: NoteKind;
  /** Who acknowledged the incident, why, and until when. */
  author?: string;
  comment?: string;
  /** ISO 8601. */
  until?: string;
}

/** The content of one notification; every alerter uses the same rendering. */
export interface Alert {
  type: 'resolve' | AlarmStatus;
  /** A test by a person: about no monitor. */
  test?: boolean;
  /** Present on a resolve. */
  reason?: ResolveReason;
  monitor: string;
  monitorType: string;
  target: string;
  description?: string;
  tags: string[];
  status: Status;
  /** Of the monitor; for grouping. */
  memberTag?: string;
  /** In a message about several notifications; the other attributes then describe the worst of them. */
  group?: AlertGroup;
  /** The worst status of the incident: a resolve recovers from it. */
  worst: AlarmStatus;
  /** The result's message. On a resolve, that of the failure. */
  message: string;
  expected?: string;
  found?: string;
  /** Start of the incident. ISO 8601. */
  since: string;
  /** When the worker decided to send it. ISO 8601. */
  at: string;
  /** Consecutive failures at that time. */
  attempts: number;
  /** 0 where unset. */
  warningThreshold: number;
  criticalThreshold: number;
  /** Display name of the worker that decided. */
  worker: string;
  /** `<prefix>/<monitor>/<incident>`: the same for an alarm and its resolve. */
  key: string;
  /** Address of the monitor in the dashboard, if a public URL is configured. */
  link?: string;
  /** What held it back until now, in words. */
  afterHold?: string;
  /** A repetition: the alerter was notified before, and the incident lasts. */
  repeat?: boolean;
  /** An escalation: the first recipients did not end the incident. */
  escalated?: boolean;
  /** Says that the monitor began to flap, or stopped. */
  flapping?: 'began' | 'ended';
  /** Says that this is about the error budget of the monitor, not about its status. */
  burn?: BurnKind;
  /** Makes it a note: the type is then that of the last alarm. */
  note?: AlertNote;
}

/** A pending notification: `outbox/<monitor>/<alerter>/<id>`. */
export interface OutboxEntry {
  /**
   * Ordered by time. Entries of one monitor and alerter are delivered in the order in which etcd accepted them, because clocks of
   * workers differ; those of one transaction in the order of their ids.
   */
  id: string;
  alerter: string;
  incident: string;
  alert: Alert;
  /** ISO 8601. */
  createdAt: string;
  /** Those of several recipients that have it already: whoever tries again sends it only to the others. */
  reached?: readonly string[];
}

/** One line of an incident's record: a notification and the provider's answer. */
export interface DeliveryRecord {
  alerter: string;
  type: Alert['type'];
  /** When it was delivered or dropped. ISO 8601. */
  at: string;
  outcome: 'delivered' | 'rejected' | 'dropped';
  attempts: number;
  answer: string;
  /** It was a note. */
  note?: NoteKind;
  /** The provider's name of the message, to which a note replies. */
  reference?: string;
}

/** An incident is kept for this time after it was closed. */
export const INCIDENT_AGE_MS = 30 * 86_400_000;

/** `incident/<monitor>/<n>`: at most 20 for a monitor. */
export interface IncidentRecord {
  id: string;
  openedAt: string;
  closedAt: string | null;
  worst: AlarmStatus;
  message: string;
  reason?: ResolveReason;
  notifications: DeliveryRecord[];
  /** Of people, oldest first. */
  comments?: IncidentComment[];
}

/** What somebody wrote about an incident. */
export interface IncidentComment {
  /** ISO 8601. */
  at: string;
  author?: string;
  text: string;
}
