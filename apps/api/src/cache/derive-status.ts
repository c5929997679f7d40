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
  if (now > staleAfter(facts)) return 'stale';
  // An incident stays as it is until a check sees otherwise.
  return facts.unjudged && facts.stored === 'ok' ? 'unknown' : facts.stored;
}

/** After this time a monitor is stale, unless something arrives before. */
export function staleAfter({ lastResultAt, ownerHeardAt, intervalMs, dumpIntervalMs }: StatusFacts): number {
  const patienceMs = SILENT_PERIODS * Math.max(intervalMs, dumpIntervalMs);
  return Math.min(
    lastResultAt === undefined ? Number.POSITIVE_INFINITY : lastResultAt + patienceMs,
    ownerHeardAt === undefined ? Number.POSITIVE_INFINITY : ownerHeardAt + SILENT_PERIODS * dumpIntervalMs,
  );
}

const SEVERITY: Record<DerivedStatus, number> = {
  critical: 0,
  unknown: 2,
  warning: 3,
  quarantined: 4,
  orphaned: 5,
  stale: 6,
  pending: 7,
  ok: 8,
  maintenance: 9,
  disabled: 10,
};
/** Of one that nobody watches any more, and that was critical when last seen. */
const WAS_CRITICAL = 1;

/** The worst first: what an operator must see before the rest. */
export function bySeverity(a: Judged, b: Judged): number {
  return severityOf(a) - severityOf(b);
}

interface Judged {
  status: DerivedStatus;
  view: { state?: { status: Status } | undefined };
}

function severityOf({ status, view }: Judged): number {
  const isUnwatched = status === 'orphaned' || status === 'stale';
  return isUnwatched && view.state?.status === 'critical' ? WAS_CRITICAL : SEVERITY[status];
}
