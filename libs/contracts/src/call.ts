import { Choice, Duration, Text } from './settings/decorators.js';

export const CALL_STATUSES = ['ok', 'warning', 'critical'] as const;
export type CallStatus = (typeof CALL_STATUSES)[number];

/** What a job may say when it calls, beside that it ran. */
export class CallWords {
  @Choice({ doc: 'Result of the job.', values: CALL_STATUSES, default: 'ok' })
  status?: CallStatus;

  @Text({ doc: 'Message of the job.', maxLength: 1_024, example: '1204 orders exported' })
  message?: string;

  @Duration({ doc: 'Duration of the job.', example: '12.5s' })
  latency?: string;
}

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
