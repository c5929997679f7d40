import type { Phases, Status } from './check-result.js';
import type { PerformanceValue } from './performance.js';

/** One result in the vitals. */
export interface Sample {
  /** Start of the check, milliseconds since the epoch. */
  at: number;
  latencyMs: number;
  status: Status;
  /** At most 200 characters; of an ok result only if it has a remark, and only in the newest sample of a dump. */
  message?: string;
  phases?: Phases;
  /** Capped at 200 characters. */
  note?: string;
  unjudged?: true;
  /** Only in the newest sample of a dump. */
  performance?: PerformanceValue[];
}

/** A worker's dump of one monitor: the newest samples since its last dump, and complete counts. */
export interface VitalsEntry {
  name: string;
  /** Oldest first; at most {@link MAX_SAMPLES}. */
  samples: Sample[];
  /** Checks completed since the last dump. */
  runs: number;
  /** Due checks skipped since the last dump because the one before was still running. */
  overruns: number;
  /** Consecutive failures at the time of the dump; absent without one, and from older versions. */
  failures?: number;
  /** When it is due next, milliseconds since the epoch. */
  nextDueAt: number;
}

/** The most samples of one monitor in one dump. */
export const MAX_SAMPLES = 12;
