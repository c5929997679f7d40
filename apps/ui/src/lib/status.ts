import type { LiveState, Status } from './live-types.js';

/** Worst first, as the API sorts by status. */
export const STATUSES: readonly Status[] = [
  'critical',
  'unknown',
  'warning',
  'quarantined',
  'orphaned',
  'stale',
  'pending',
  'ok',
  'maintenance',
  'disabled',
];

const RANK = Object.fromEntries(STATUSES.map((status, rank) => [status, rank])) as Record<Status, number>;

/** Statuses that somebody has to look at. */
export const PROBLEMS: ReadonlySet<Status> = new Set(STATUSES.slice(0, STATUSES.indexOf('pending')));

function bySeverity(a: Status, b: Status): number {
  return RANK[a] - RANK[b];
}

/** The worst first, then the oldest. */
export function worstFirst(a: LiveState, b: LiveState): number {
  return bySeverity(a.status, b.status) || compareText(a.since ?? '~', b.since ?? '~') || compareText(a.name, b.name);
}

export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

export type Counts = Readonly<Record<Status, number>>;

export function countByStatus(states: Iterable<LiveState>): Counts {
  const counts = Object.fromEntries(STATUSES.map((status) => [status, 0])) as Record<Status, number>;
  for (const { status } of states) counts[status]++;
  return counts;
}

/** Why it has this status, in one line; empty if there is nothing to say. */
export function explanationOf({ status, reason, message }: LiveState): string {
  if (reason !== null) return reason;
  return status === 'ok' && message === 'N/A' ? '' : message;
}
