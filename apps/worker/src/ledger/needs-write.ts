import type { MonitorState } from '@9volt/contracts';
import { isSameHeld } from '../evaluation/alarm.js';
import type { Owed } from '../evaluation/owed.js';

/** For longer intervals each check is recorded, so the next owner knows when the last one was. */
export const RECORDED_INTERVAL_MS = 600_000;

/**
 * Whether a state differs from the stored one in something that matters. Three differences do not: a message that changes with
 * every check, the time of the last check of a short interval, and a new owner. The vitals and the assignment contain these.
 */
export function needsWrite(
  stored: MonitorState | undefined,
  next: MonitorState,
  owed: Owed,
  intervalMs: number,
): boolean {
  if (!stored || owed.entries.length > 0 || owed.closed || owed.current) return true;
  return (
    stored.status !== next.status ||
    stored.count !== next.count ||
    stored.incidents !== next.incidents ||
    stored.revision !== next.revision ||
    stored.createRevision !== next.createRevision ||
    stored.target !== next.target ||
    (stored.successes ?? 0) !== (next.successes ?? 0) ||
    stored.flapping?.since !== next.flapping?.since ||
    !isSameHeld(stored.held, owed.held) ||
    stored.acknowledged?.at !== owed.acknowledged?.at ||
    (intervalMs >= RECORDED_INTERVAL_MS && stored.lastRunAt !== next.lastRunAt)
  );
}
