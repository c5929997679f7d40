import type { Sample } from '@9volt/contracts';

/** The newest result of a monitor. Times in milliseconds since the epoch, by this process's clock where possible. */
export interface LatestResult {
  workerId: string;
  /** Revision of etcd at its arrival. */
  revision: number;
  sample: Sample;
  /** When it ran. */
  at: number;
}

/** A result in a worker's dump. */
export interface ReportedResult {
  workerId: string;
  revision: number;
  sample: Sample;
  /** By the clock of that worker. */
  dumpedAt: number;
}

/** A dump takes its time to get here. If the difference is larger, the clocks differ. */
export const CLOCK_TOLERANCE_MS = 5_000;

/** By how much the clock that just said `theirs` is behind ours; 0 if the way may explain it. */
export function clockCorrection(theirs: number, now: number): number {
  return Math.abs(now - theirs) > CLOCK_TOLERANCE_MS ? now - theirs : 0;
}

/**
 * The newest result after this one; undefined if it is older. Results of two workers are compared by the order in which etcd
 * accepted them, never by their clocks, one of which may be hours ahead. `arrived`: it was dumped just now, rather than found when
 * listing.
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
  // Counted from its arrival here, so clocks need not agree.
  return { workerId, revision, sample: { ...sample, at }, at: now - Math.max(0, dumpedAt - sample.at) };
}

function isOlder(known: LatestResult, told: ReportedResult, owner: string | undefined): boolean {
  if (known.workerId === told.workerId) return told.revision <= known.revision;
  // A worker that lost a monitor may still have dumped it.
  if (told.workerId === owner) return false;
  return known.workerId === owner || told.revision < known.revision;
}
