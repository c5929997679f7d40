import type { DerivedStatus, Status } from '@9volt/contracts';

/** The inputs of the shown status of a monitor. Times in milliseconds since the epoch, by this process's clock. */
export interface StatusFacts {
  /** The settings in etcd are invalid; the last valid version may still run. */
  quarantined: boolean;
  disabled: boolean;
  /** A maintenance window without checks is open. */
  maintenance: boolean;
  /** Whether a live worker runs it, or may run it. */
  runnable: boolean;
  stored: Status | undefined;
  /** The worker could not judge the target at its last check. */
  unjudged: boolean;
  /** The newest result this process knows of. */
  lastResultAt: number | undefined;
  /** When the owner's vitals last arrived; undefined while nobody owns it. */
  ownerHeardAt: number | undefined;
  intervalMs: number;
  dumpIntervalMs: number;
}

/** After this many intervals without results, the stored status does not count any more. */
const SILENT_PERIODS = 3;

/** A monitor without results is never shown as healthy: the stored status counts only while results keep coming. */
export function deriveStatus(facts: StatusFacts, now: number): DerivedStatus {
  if (facts.quarantined) return 'quarantined';
  if (facts.disabled) return 'disabled';
  if (facts.maintenance) return 'maintenance';
  if (!facts.runnable) return 'orphaned';
  if (facts.stored === undefined) return 'pending';
  if (isStale(facts, now)) return 'stale';
  // An incident stays as it is until a check sees otherwise.
  return facts.unjudged && facts.stored === 'ok' ? 'unknown' : facts.stored;
}

function isStale(facts: StatusFacts, now: number): boolean {
  const { lastResultAt, ownerHeardAt, intervalMs, dumpIntervalMs } = facts;
  const patienceMs = SILENT_PERIODS * Math.max(intervalMs, dumpIntervalMs);
  if (lastResultAt !== undefined && now - lastResultAt > patienceMs) return true;
  return ownerHeardAt !== undefined && now - ownerHeardAt > SILENT_PERIODS * dumpIntervalMs;
}

/** The worst first: what an operator must see before the rest. */
const SEVERITY: Record<DerivedStatus, number> = {
  critical: 0,
  unknown: 1,
  warning: 2,
  quarantined: 3,
  orphaned: 4,
  stale: 5,
  pending: 6,
  ok: 7,
  maintenance: 8,
  disabled: 9,
};

export function bySeverity(a: DerivedStatus, b: DerivedStatus): number {
  return SEVERITY[a] - SEVERITY[b];
}
