import type { LiveState } from '../../lib/live-store.js';

/** As the API sorts by status. */
const SEVERITY: Record<LiveState['status'], number> = {
  critical: 0,
  unknown: 1,
  warning: 2,
  quarantined: 3,
  orphaned: 4,
  stale: 5,
  pending: 6,
  ok: 7,
  disabled: 8,
};

export function worstFirst(a: LiveState, b: LiveState): number {
  return SEVERITY[a.status] - SEVERITY[b.status] || (a.name < b.name ? -1 : 1);
}
