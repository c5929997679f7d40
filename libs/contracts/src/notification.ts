import type { Status } from './check-result.js';
import type { AlarmStatus } from './monitor-state.js';

/** Why an incident was closed. */
export type ResolveReason = 'recovered' | 'removed' | 'disabled' | 'changed';

/** What one notification says; every alerter renders it through the same rendering. */
export interface Alert {
  type: 'resolve' | AlarmStatus;
  /** Sent by a person to try an alerter: about no monitor. */
  test?: boolean;
  /** Present on a resolve. */
  reason?: ResolveReason;
  monitor: string;
  monitorType: string;
  target: string;
  description?: string;
  tags: string[];
  status: Status;
  /** The worst status of the incident: what a resolve recovers from. */
  worst: AlarmStatus;
  /** The result's message. On a resolve, that of the failure. */
  message: string;
  expected?: string;
  found?: string;
  /** Start of the incident. ISO 8601. */
  since: string;
  /** When this was decided. ISO 8601. */
  at: string;
  /** Failures in a row when this was decided. */
  attempts: number;
  /** 0 where unset. */
  warningThreshold: number;
  criticalThreshold: number;
  /** Display name of the worker that decided. */
  worker: string;
  /** `<prefix>/<monitor>/<incident>`: the same for an alarm and its resolve. */
  key: string;
  /** Address of the monitor in the dashboard, when a public URL is configured. */
  link?: string;
  /** What held it until now, in words. */
  afterHold?: string;
  /** The alerter was told so before, and the incident lasts. */
  repeat?: boolean;
  /** Sent since those who were told first did not end the incident. */
  escalated?: boolean;
  /** It tells that the monitor began to flap, or stopped. */
  flapping?: 'began' | 'ended';
}

/** A notification owed: `outbox/<monitor>/<alerter>/<id>`. */
export interface OutboxEntry {
  /**
   * Time-ordered. Entries of one monitor and alerter are delivered in the order in which etcd accepted them, since clocks of workers
   * differ; those of one transaction in the order of their ids.
   */
  id: string;
  alerter: string;
  incident: string;
  alert: Alert;
  /** ISO 8601. */
  createdAt: string;
}

/** One line of an incident's record: who was told what, and what the provider answered. */
export interface DeliveryRecord {
  alerter: string;
  type: Alert['type'];
  /** When it was delivered or given up. ISO 8601. */
  at: string;
  outcome: 'delivered' | 'rejected' | 'dropped';
  attempts: number;
  answer: string;
}

/** `incident/<monitor>/<n>`: kept for 30 days, 20 for a monitor. */
export interface IncidentRecord {
  id: string;
  openedAt: string;
  closedAt: string | null;
  worst: AlarmStatus;
  message: string;
  reason?: ResolveReason;
  notifications: DeliveryRecord[];
}
