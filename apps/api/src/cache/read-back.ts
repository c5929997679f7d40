import { setTimeout as sleep } from 'node:timers/promises';
import { CLOCK_TOLERANCE_MS, clockCorrection } from './latest-result.js';
import type { MembersView } from './members-view.js';
import type { VitalsView } from './vitals-view.js';

/** A worker whose last dump is older than this many intervals is silent, or its clock is behind. */
const SILENT_PERIODS = 3;
/** Within this many intervals a worker dumps again; nobody waits longer than the limit. */
const PATIENCE = 1.5;
const LONGEST_WAIT_MS = 15_000;
const LOOK_EVERY_MS = 100;

interface Patience {
  dumpIntervalMs: number;
  signal: AbortSignal;
}

/** After the first listing: finds when each monitor was last checked, and when each worker was last heard of. */
export async function readBack(vitals: VitalsView, members: MembersView, patience: Patience): Promise<void> {
  const behind = await clocksBehind(vitals, members, patience);
  await vitals.backfill((workerId) => behind.get(workerId) ?? 0);
}

/**
 * Notes when each worker was last heard of, by its clock. If a live worker seems silent, or ahead, only its next dump shows whether
 * its clock differs: waits for it. Answers by how much the clocks of such workers are behind.
 */
async function clocksBehind(
  vitals: VitalsView,
  members: MembersView,
  { dumpIntervalMs, signal }: Patience,
): Promise<Map<string, number>> {
  const listedAt = Date.now();
  const doubtful = new Set<string>();
  for (const [workerId, at] of vitals.dumpedAt()) {
    members.wasHeardOf(workerId, Math.min(listedAt, at));
    const isPlausible = at > listedAt - SILENT_PERIODS * dumpIntervalMs && at <= listedAt + CLOCK_TOLERANCE_MS;
    if (!isPlausible) doubtful.add(workerId);
  }
  const isAwaited = (workerId: string): boolean =>
    members.isLiveWorker(workerId) && (members.heardAt(workerId) ?? 0) <= listedAt;
  const until = listedAt + Math.min(LONGEST_WAIT_MS, PATIENCE * dumpIntervalMs);
  while (Date.now() < until && [...doubtful].some(isAwaited) && !signal.aborted) {
    await sleep(LOOK_EVERY_MS, undefined, { signal }).catch(() => undefined);
  }
  const behind = new Map<string, number>();
  for (const [workerId, at] of doubtful.size > 0 ? vitals.dumpedAt() : []) {
    const heardAt = members.heardAt(workerId) ?? 0;
    if (doubtful.has(workerId) && heardAt > listedAt) behind.set(workerId, clockCorrection(at, heardAt));
  }
  return behind;
}
