import type { PerformanceValue } from './performance.js';

/** The verdict of one check, and the status of a monitor. */
export type Status = 'ok' | 'warning' | 'critical' | 'unknown';

/** What is shown of a monitor whose stored status does not tell the truth at present. */
export type DerivedStatus = Status | 'pending' | 'disabled' | 'orphaned' | 'stale' | 'quarantined' | 'maintenance';

export const STATUSES: readonly Status[] = ['ok', 'warning', 'critical', 'unknown'];
export const DERIVED_STATUSES: readonly DerivedStatus[] = [
  ...STATUSES,
  'pending',
  'disabled',
  'orphaned',
  'stale',
  'quarantined',
  'maintenance',
];

/** Milliseconds of the parts of a run, in the order in which they happen. */
export interface Phases {
  lookup?: number;
  connect?: number;
  tls?: number;
  firstByte?: number;
  transfer?: number;
}

export interface CertificateFacts {
  subject: string;
  issuer: string;
  /** ISO 8601. */
  notAfter: string;
  daysLeft: number;
}

/**
 * The result of one check. A failing target is a value, `critical` unless the probe has a verdict of its own: then it may be
 * `warning`, or `unknown` when it could not tell. A probe throws only by a defect of ours, which is shown as `unknown`.
 */
export interface CheckResult {
  status: Status;
  /** What is wrong. When ok, what the check has to say for itself, which is {@link NO_MESSAGE} for most. */
  message: string;
  /** Milliseconds from the start of the run to its verdict. */
  latencyMs: number;
  /** What was expected and what was found, where the probe can tell them apart; in words, capped. */
  expected?: string;
  found?: string;
  phases?: Phases;
  certificate?: CertificateFacts;
  /** At most {@link MAX_PERFORMANCE_VALUES}. */
  performance?: PerformanceValue[];
  /** Something odd that did not decide the verdict: what a target did against its protocol, or that this worker was held up. In words, capped. */
  note?: string;
  /** This worker could not judge the target, for a reason of its own. Such a result is `unknown`, is shown, and counts towards no threshold. */
  unjudged?: true;
  /** The failure came of time: a limit that passed, or a connection that was lost. A target that gave an answer did fail, however late that was read. */
  timed?: true;
  /** The system's code of what this worker ran out of, `EMFILE` for instance. Told by a probe; says nothing of the target. */
  shortage?: string;
}

/** The message of a result that is ok, when there is nothing more to it. */
export const NO_MESSAGE = 'N/A';

/** The longest message that is kept, in characters. */
export const MAX_MESSAGE = 1_024;

/** A text cut to `limit` characters, with the cut shown. */
export function capped(text: string, limit = MAX_MESSAGE): string {
  return text.length <= limit ? text : `${text.slice(0, limit - 1)}…`;
}
