/** What tells whether etcd can be counted on. Times are milliseconds of one monotonic clock. */
export interface Signs {
  now: number;
  /** Whether, by our own clock, less than two thirds of the lease have passed since the last renewal. */
  fresh: boolean;
  /** When etcd said that the lease is gone, since when there is no new one; undefined when it did not. */
  lostAt: number | undefined;
  /** When this process last woke from a pause: while asleep it could not have heard an answer. */
  awakeSince: number;
  /** Since when writes wait for an answer; undefined when none does. */
  unansweredSince: number | undefined;
  /** Why etcd takes no writes, when it said so. */
  refusal: string | undefined;
  /** Why what etcd holds is not the data of this cluster. */
  otherData: string | undefined;
}

/** How long a write may go without an answer. */
export const UNANSWERED_MS = 2_000;
/** After a pause others may have taken over; etcd is asked before anything is decided from memory. */
export const AWAKE_MS = 2_000;

/** Why a worker must go on by itself; undefined when it need not. */
export function whyDetached(signs: Signs): string | undefined {
  const { now, fresh, lostAt, awakeSince, unansweredSince, refusal, otherData } = signs;
  if (otherData !== undefined) return otherData;
  if (refusal !== undefined) return refusal;
  if (now - awakeSince < AWAKE_MS) return undefined;
  // An etcd that says that the lease is gone is there: a new one may be had at once.
  if (!fresh && lostAt === undefined) return 'etcd has not renewed the lease of this worker for two thirds of its time';
  if (!fresh && lostAt !== undefined && now - lostAt >= UNANSWERED_MS) return 'etcd grants no new lease';
  if (unansweredSince !== undefined && now - Math.max(unansweredSince, awakeSince) >= UNANSWERED_MS) {
    return `etcd has not answered a write for ${UNANSWERED_MS / 1_000} s`;
  }
  return undefined;
}
