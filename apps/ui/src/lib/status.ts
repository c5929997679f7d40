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

/** Nobody watches it any more, and it was critical when last seen: that is worse than anything that is not critical. */
export function wasCritical({ status, stored }: Pick<LiveState, 'status' | 'stored'>): boolean {
  return (status === 'orphaned' || status === 'stale') && stored === 'critical';
}

function rankOf(state: LiveState): number {
  return wasCritical(state) ? 0.5 : RANK[state.status];
}

/** The worst first, then the oldest. */
export function worstFirst(a: LiveState, b: LiveState): number {
  return rankOf(a) - rankOf(b) || compareText(a.since ?? '~', b.since ?? '~') || compareText(a.name, b.name);
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
