import type { Sample } from '@9volt/contracts';

/** The newest result of a monitor. Instants in milliseconds since the epoch, by this process's clock where it can tell. */
export interface LatestResult {
  workerId: string;
  /** Of etcd, when it was told. */
  revision: number;
  sample: Sample;
  /** When it ran. */
  at: number;
}

/** A result as a worker's dump tells it. */
export interface ReportedResult {
  workerId: string;
  revision: number;
  sample: Sample;
  /** By the clock of that worker. */
  dumpedAt: number;
}

/** A dump takes its time to get here. More than this, and the clocks differ. */
export const CLOCK_TOLERANCE_MS = 5_000;

/** By how much the clock of whoever said `theirs` just now is behind ours; 0 when no more than what the way may have taken. */
export function clockCorrection(theirs: number, now: number): number {
  return Math.abs(now - theirs) > CLOCK_TOLERANCE_MS ? now - theirs : 0;
}

/**
 * What is the newest result once this one was told; undefined when it is older. What two workers say is compared by the order in which etcd
 * took it, never by their clocks, one of which may be hours ahead. `arrived`: it was dumped just now, rather than found when listing.
 */
export function newestResult(
  known: LatestResult | undefined,
  told: ReportedResult,
  { owner, arrived, now }: { owner: string | undefined; arrived: boolean; now: number },
): LatestResult | undefined {
  if (known && isOlder(known, told, owner)) return undefined;
  const { workerId, revision, sample, dumpedAt } = told;
  if (!arrived) return { workerId, revision, sample, at: Math.min(now, sample.at) };
  const at = sample.at + clockCorrection(dumpedAt, now);
  // Counted from its arrival here, so that clocks need not agree.
  return { workerId, revision, sample: { ...sample, at }, at: now - Math.max(0, dumpedAt - sample.at) };
}

function isOlder(known: LatestResult, told: ReportedResult, owner: string | undefined): boolean {
  if (known.workerId === told.workerId) return told.revision <= known.revision;
  // A worker that lost a monitor may still have dumped it.
  if (told.workerId === owner) return false;
  return known.workerId === owner || told.revision < known.revision;
}
