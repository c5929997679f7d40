export const CALL_STATUSES = ['ok', 'warning', 'critical'] as const;
export type CallStatus = (typeof CALL_STATUSES)[number];

export interface Call {
  /** When it was received. ISO 8601. */
  at: string;
  status: CallStatus;
  message?: string;
  latencyMs?: number;
}

/** The calls to a monitor that waits for them: `push/<monitor>`, written with each call. */
export interface CallRecord {
  /** Creation revision of the monitor: calls to an earlier one of the same name do not count. */
  createRevision: number;
  /** Since when 9volt waits for calls: when a worker first ran the monitor, or the first call came. ISO 8601. */
  awaitedSince: string;
  /** The last call; absent before the first. */
  last?: Call;
}

/** Shortest time between two calls of a monitor. */
export const MIN_MS_BETWEEN_CALLS = 1_000;
