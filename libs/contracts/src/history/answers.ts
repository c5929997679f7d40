import type { Level } from './periods.js';
import type { Mark, TimeClass } from './tally.js';
import type { TimeByClass, UptimeFacts } from './uptime.js';

/** A period of a monitor's history as the API answers it. Instants are ISO 8601, durations milliseconds. */
export interface HistoryBucket extends UptimeFacts {
  from: string;
  to: string;
  time: TimeByClass;
  runs: number;
  failures: number;
  overruns: number;
  /** Null without a result. */
  latency: { p50: number; p95: number; p99: number } | null;
  /** Medians of the phases of a check; a phase that no check has is absent. */
  phases: Partial<Record<'lookup' | 'connect' | 'tls' | 'firstByte' | 'transfer', number>>;
}

export interface HistoryMark {
  at: string;
  kind: Mark;
}

/** `GET /api/v1/history/{name}`. */
export interface MonitorHistory {
  name: string;
  /** Begins when the history of the monitor begins, if that is later than asked. */
  from: string;
  to: string;
  /** Length of a bucket in milliseconds. */
  step: number;
  /** How long each resolution is kept at present, in milliseconds. */
  kept: Record<Level, number>;
  /** The archive did not answer: what only it has is missing. */
  partial: boolean;
  /** Null if nothing is known about the time. */
  total: HistoryBucket | null;
  /** Oldest first, without gaps: each begins where the one before it ends. */
  buckets: HistoryBucket[];
  marks: HistoryMark[];
}

/** A time in which a monitor had one class. */
export interface TimelineSpan {
  from: string;
  /** Null if it has not ended. */
  to: string | null;
  status: TimeClass;
}

/** `GET /api/v1/timeline/{name}`. */
export interface MonitorTimeline {
  name: string;
  from: string;
  to: string;
  /** The archive did not answer: what only it has is missing. */
  partial: boolean;
  /** Oldest first, without gaps or overlaps. */
  spans: TimelineSpan[];
  marks: HistoryMark[];
}

/** Uptime of a monitor over the time until now, in its state. */
export interface RecentUptime {
  '24h': UptimeFacts;
  '7d': UptimeFacts;
  '30d': UptimeFacts;
  '90d': UptimeFacts;
  /** Present if the archive did not answer: what only it has is missing. */
  partial?: boolean;
}
