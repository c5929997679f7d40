import type { Retryable } from '@9volt/alerters';

const FIRST_MS = 1_000;
/** If an attempt hangs for its 10 seconds just as the provider recovers, the next one still comes within 60. */
const LONGEST_MS = 45_000;
/** A provider's mistake must not silence an alerter for long. */
const LONGEST_RETRY_AFTER_MS = 600_000;
const REPORT_EVERY = 10;

/** Milliseconds until the next attempt after this many failures; `random` is from 0 to 1. */
export function backoffMs(attempts: number, random: number): number {
  const most = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(attempts - 1, 16));
  return Math.max(FIRST_MS, most * (0.5 + 0.5 * random));
}

/** When to try a notification again; and its whole alerter, if the provider asked to wait. */
export interface Pause {
  notBefore: number;
  alerterNotBefore?: number;
}

/** `attempts` includes the one that has just failed; times are milliseconds of one clock. */
export function pauseAfter(
  outcome: Retryable,
  attempts: number,
  { now, startedAt = now }: { now: number; startedAt?: number },
  random: number,
): Pause {
  if (outcome.retryAfterMs === undefined) {
    // A wait without an answer was a pause already.
    const waited = outcome.cause === 'unclear' ? now - startedAt : 0;
    const notBefore = now + Math.max(FIRST_MS, backoffMs(attempts, random) - waited);
    // Nothing passes before somebody corrects the alerter: the notifications try one after the other whether that happened.
    return outcome.cause === 'alerter' ? { notBefore, alerterNotBefore: notBefore } : { notBefore };
  }
  const asked = Math.min(outcome.retryAfterMs, LONGEST_RETRY_AFTER_MS);
  // Wait at least Retry-After (1 s if it is 0), plus some jitter, because other workers got the same answer.
  const notBefore = now + Math.max(asked, FIRST_MS) * (1 + 0.1 * random);
  return { notBefore, alerterNotBefore: notBefore };
}

/** Reports the first failed attempt, then every tenth. */
export function isFailureReported(attempts: number): boolean {
  return attempts === 1 || attempts % REPORT_EVERY === 0;
}
