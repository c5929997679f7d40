import type { Phases, Status } from './check-result.js';
import type { PerformanceValue } from './performance.js';

/** One result as kept in the vitals. */
export interface Sample {
  /** Start of the run, milliseconds since the epoch. */
  at: number;
  latencyMs: number;
  status: Status;
  /** Capped at 200 characters; of a result that was ok, only where it has something to say, and only in the newest sample of a dump. */
  message?: string;
  phases?: Phases;
  /** Capped at 200 characters. */
  note?: string;
  unjudged?: true;
  /** Only in the newest sample of a dump. */
  performance?: PerformanceValue[];
}

/** What a worker dumps of one monitor: the newest samples since its last dump, and counts that miss none. */
export interface VitalsEntry {
  name: string;
  /** Oldest first; at most {@link MAX_SAMPLES}. */
  samples: Sample[];
  /** Runs completed since the last dump. */
  runs: number;
  /** Due runs skipped since the last dump because the one before was still running. */
  overruns: number;
  /** When it is due next, milliseconds since the epoch. */
  nextDueAt: number;
}

/** The most samples of one monitor in one dump. */
export const MAX_SAMPLES = 12;
