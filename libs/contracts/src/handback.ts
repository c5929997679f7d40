import type { OpenIncident, AlarmStatus } from './monitor-state.js';
import type { DeliveryRecord, OutboxEntry, ResolveReason } from './notification.js';

/** The last notification of an alerter about an incident; `perhaps-resolved`: a resolve was sent and got no answer. */
export type NotifiedStatus = AlarmStatus | 'resolved' | 'perhaps-resolved';

/** The notifications of a worker about one incident that etcd does not know yet. */
export interface HandedIncident {
  /** As that worker last saw it. */
  incident: OpenIncident;
  /** Type and target of the monitor, as in the state. */
  target: string;
  /** Of its last failure. */
  message: string;
  /** Consecutive failures at that time. */
  count: number;
  /** When that worker saw it end, ISO 8601; null if it did not. */
  closedAt: string | null;
  reason?: ResolveReason;
  /** By alerter, the last notification. An alarm without an answer counts as sent. */
  told: Record<string, NotifiedStatus>;
  /** Alarms that got no answer: they may have arrived or not. */
  unanswered: OutboxEntry[];
  notifications: DeliveryRecord[];
  /**
   * Revision of the state in etcd at the handback, if nobody else can have notified since that worker was cut off: as long as the
   * state has this revision, these are the last notifications that alerters got.
   */
  stateRevision?: number;
}

/**
 * The notifications of a worker that was cut off from etcd about a monitor that another worker owns now:
 * `handback/<monitor>/<worker id>`.
 */
export interface Handback {
  /** Display name of that worker. */
  worker: string;
  /** When it was written. ISO 8601. */
  at: string;
  /** Oldest first. */
  incidents: HandedIncident[];
}
