import type { OpenIncident, AlarmStatus } from './monitor-state.js';
import type { DeliveryRecord, OutboxEntry, ResolveReason } from './notification.js';

/** What an alerter heard last of an incident; `perhaps-resolved`: a resolve that was sent without an answer. */
export type NotifiedStatus = AlarmStatus | 'resolved' | 'perhaps-resolved';

/** What a worker told of one incident, of which etcd knows nothing yet. */
export interface HandedIncident {
  /** As that worker saw it last. */
  incident: OpenIncident;
  /** Type and target that it is about, as in the state. */
  target: string;
  /** Of its last failure. */
  message: string;
  /** Failures in a row by then. */
  count: number;
  /** When that worker saw it end, ISO 8601; null when it did not. */
  closedAt: string | null;
  reason?: ResolveReason;
  /** By alerter, what it was told last. An alarm without an answer counts as told. */
  told: Record<string, NotifiedStatus>;
  /** Alarms that were sent without an answer: they may have arrived or not. */
  unanswered: OutboxEntry[];
  notifications: DeliveryRecord[];
  /**
   * Revision of the state that stood in etcd when this was handed back, if nobody else can have told anything since that worker was cut off: as
   * long as the state is of this revision, what is told here is what alerters heard last.
   */
  stateRevision?: number;
}

/** What a worker that was cut off from etcd told of a monitor that is not its own any more: `handback/<monitor>/<worker id>`. */
export interface Handback {
  /** Display name of that worker. */
  worker: string;
  /** When it was written. ISO 8601. */
  at: string;
  /** Oldest first. */
  incidents: HandedIncident[];
}
