import type { Status, Thresholds, AlarmStatus } from '@9volt/contracts';

/*
 * How the verdict of a check meets the thresholds, one rule for all types. Results that were not ok are counted together, whatever
 * their kind. A verdict of critical says that the target failed, and how often decides how bad that is. One of warning can make the
 * state warning at most. One of unknown is shown at once, since it must never pass for ok, but a single one is no reason to
 * wake anybody.
 */

/** The status that follows from `count` consecutive results other than ok, the last of which was `verdict`. */
export function statusAfter(verdict: AlarmStatus, count: number, { warning, critical }: Thresholds): Status {
  switch (verdict) {
    case 'critical':
      if (critical !== undefined && count >= critical) return 'critical';
      return warning !== undefined && count >= warning ? 'warning' : 'ok';
    case 'warning':
      return count >= (warning ?? critical ?? 1) ? 'warning' : 'ok';
    case 'unknown':
      return 'unknown';
  }
}

/** Whether alerters are notified of a status after `count` consecutive results other than ok. */
export function isNotified(status: AlarmStatus, count: number, { warning, critical }: Thresholds): boolean {
  return status !== 'unknown' || count >= (critical ?? warning ?? 1);
}
