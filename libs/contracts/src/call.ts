export const CALL_STATUSES = ['ok', 'warning', 'critical'] as const;
export type CallStatus = (typeof CALL_STATUSES)[number];

export interface Call {
  /** When it was received. ISO 8601. */
  at: string;
  status: CallStatus;
  message?: string;
  latencyMs?: number;
}

/** What is known of the calls to a monitor that awaits them: `push/<monitor>`, written with each call. */
export interface CallRecord {
  /** Creation revision of the monitor: of an earlier one of the same name nothing counts. */
  createRevision: number;
  /** Since when calls are awaited: when a worker first ran the monitor, or the first call came. ISO 8601. */
  awaitedSince: string;
  /** The last call; absent before the first. */
  last?: Call;
}

/** A monitor is called at most this often. */
export const MIN_MS_BETWEEN_CALLS = 1_000;
