/** The signs of whether a worker can rely on etcd. Times are milliseconds of one monotonic clock. */
export interface Signs {
  now: number;
  /** Whether, by our own clock, less than two thirds of the lease have passed since the last renewal. */
  fresh: boolean;
  /** Since when etcd says that the lease is gone, without a new one; undefined if it does not. */
  lostAt: number | undefined;
  /** When this process last woke from a standstill: during it, it could not have received an answer. */
  awakeSince: number;
  /** Since when writes wait for an answer; undefined if none does. */
  unansweredSince: number | undefined;
  /** Why etcd accepts no writes, if it said so. */
  refusal: string | undefined;
  /** Why etcd does not contain the data of this cluster. */
  otherData: string | undefined;
}

/** How long a write may go without an answer. */
export const UNANSWERED_MS = 2_000;
/** After a standstill others may have taken over; the worker asks etcd before it decides anything from memory. */
export const AWAKE_MS = 2_000;

/** Why a worker must continue by itself; undefined if it need not. */
export function whyDetached(signs: Signs): string | undefined {
  const { now, fresh, lostAt, awakeSince, unansweredSince, refusal, otherData } = signs;
  if (otherData !== undefined) return otherData;
  if (refusal !== undefined) return refusal;
  if (now - awakeSince < AWAKE_MS) return undefined;
  // An etcd that says that the lease is gone answers: the process can get a new lease at once.
  if (!fresh && lostAt === undefined) return 'etcd has not renewed the lease of this worker for two thirds of its time';
  if (!fresh && lostAt !== undefined && now - lostAt >= UNANSWERED_MS) return 'etcd grants no new lease';
  if (unansweredSince !== undefined && now - Math.max(unansweredSince, awakeSince) >= UNANSWERED_MS) {
    return `etcd has not answered a write for ${UNANSWERED_MS / 1_000} s`;
  }
  return undefined;
}
