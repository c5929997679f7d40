export const EVENT_TYPES = [
  'error',
  'warning',
  'api',
  'config-added',
  'config-changed',
  'config-removed',
  'config-refused',
  'member-joined',
  'member-left',
  'member-drained',
  'member-undrained',
  'member-detached',
  'member-returned',
  'member-held-up',
  'member-short',
  'member-overloaded',
  'member-relieved',
  'leader-elected',
  'monitor-assigned',
  'monitor-orphaned',
  'rebalance',
  'coverage-restored',
  'archive-restored',
  'silence-added',
  'silence-changed',
  'silence-expired',
  'silence-ending',
  'incident-acknowledged',
  'acknowledgement-removed',
  'incident-commented',
  'monitor-paused',
  'monitor-resumed',
  'status-changed',
  'notification-sent',
  'notification-failed',
  'hold-began',
  'hold-ended',
  'flapping-began',
  'flapping-ended',
  'burn-began',
  'burn-ended',
  'report-sent',
  'report-failed',
] as const;

export type EventType = (typeof EVENT_TYPES)[number];

/** An event for people: `event/<id>`, kept 24 hours. */
export interface ClusterEvent {
  /** Time-ordered and unique. */
  id: string;
  type: EventType;
  message: string;
  /** ISO 8601. */
  timestamp: string;
  memberid: string;
  monitor?: string;
  alerter?: string;
  /** Facts for a program, by the type of the event. */
  details?: Record<string, unknown>;
}

/** Components report here what happened. Never throws, never blocks: it keeps what it cannot write yet and writes it later. */
export interface EventSink {
  emit(
    type: EventType,
    message: string,
    about?: { monitor?: string; alerter?: string; details?: Record<string, unknown> },
  ): void;
}
