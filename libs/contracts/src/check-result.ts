import type { PerformanceValue } from './performance.js';

/** The verdict of one check, and the status of a monitor. */
export type Status = 'ok' | 'warning' | 'critical' | 'unknown';

/** The status to show while the stored one is not true. */
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

/** Milliseconds of the parts of a check, in the order in which they happen. */
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

/** The beginning of an answer, for a person. */
export interface TargetAnswer {
  /** For instance `200`. */
  status: string;
  /** The first lines of the body, capped. */
  body: string;
}

/**
 * The result of one check. A failing target is a value: `critical` unless the probe has a verdict of its own, which may be
 * `warning`, or `unknown` if it cannot judge. A probe throws only because of a defect of ours, which is shown as `unknown`.
 */
export interface CheckResult {
  status: Status;
  /** What is wrong. When ok, a remark of the check; most have none, which is {@link NO_MESSAGE}. */
  message: string;
  /** Milliseconds from the start of the check to its verdict. */
  latencyMs: number;
  /** What was expected and what was found, if the probe knows both; in words, capped. */
  expected?: string;
  found?: string;
  phases?: Phases;
  certificate?: CertificateFacts;
  /** At most {@link MAX_PERFORMANCE_VALUES}. */
  performance?: PerformanceValue[];
  /** What the target answered. Only a test reports it. */
  answer?: TargetAnswer;
  /** Something odd that did not decide the verdict: the target broke its protocol, or this worker stood still. In words, capped. */
  note?: string;
  /**
   * This worker could not judge the target, for a reason of its own. Such a result is `unknown`, is shown, and counts towards no
   * threshold.
   */
  unjudged?: true;
  /**
   * The check failed by a timeout or a lost connection. A target that answered did fail, however late the worker read the answer.
   */
  timed?: true;
  /**
   * The system's code of the resource that this worker lacks, for instance `EMFILE`. Set by a probe; says nothing about the target.
   */
  shortage?: string;
}

/** The message of an ok result without a remark. */
export const NO_MESSAGE = 'N/A';

/** The longest message that is kept, in characters. */
export const MAX_MESSAGE = 1_024;

/** A text cut to `limit` characters, with a mark where it was cut. */
export function capped(text: string, limit = MAX_MESSAGE): string {
  return text.length <= limit ? text : `${text.slice(0, limit - 1)}…`;
}
