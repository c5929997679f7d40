/**
 * When a monitor is due: at every `t` that is congruent to the hash of its name, modulo its interval, on every owner. So the
 * monitors of one interval are spread over it, a move changes no slot, and nothing drifts.
 */

/** Where in its interval a monitor is due, in milliseconds: below the interval, evenly spread over names. */
export function phaseOf(name: string, intervalMs: number): number {
  return (hash53(name) / 2 ** 53) * intervalMs;
}

/** The first slot after `t`. */
export function slotAfter(t: number, intervalMs: number, phaseMs: number): number {
  const slot = phaseMs + Math.ceil((t - phaseMs) / intervalMs) * intervalMs;
  // Epoch milliseconds are precise to about 0.0002: the answer must not be the same slot again.
  return slot > t + 0.001 ? slot : slot + intervalMs;
}

/** The last slot at or before `t`. */
export function slotBefore(t: number, intervalMs: number, phaseMs: number): number {
  return slotAfter(t, intervalMs, phaseMs) - intervalMs;
}

/** Number of slots from one slot to another, not counting the later one. */
export function slotsBetween(slot: number, later: number, intervalMs: number): number {
  return Math.max(0, Math.round((later - slot) / intervalMs));
}

/** When many start at once, a first check comes at most this late. */
const START_SPREAD_MS = 60_000;

/** What is known about the last check of a monitor, by another worker, or by this one with another interval. */
export interface LastRun {
  at: number;
  /**
   * Whether `at` surely was the last check. For a short interval the state is not written at each check, so its time is only a
   * lower bound.
   */
  exact: boolean;
}

/** A dead owner died at least this long ago: only then do others get its monitors. */
const SURELY_DEAD_MS = 5_000;
/** And at most so long ago: they get them within its time to live and two seconds. */
const SURELY_ALIVE_MS = 8_000;

/**
 * Until how long ago its slots count as run. Between the two times nobody knows: a short interval runs them again, because half of it
 * has passed since; a longer one would be checked twice within half an interval.
 */
function servedAgoMs(intervalMs: number): number {
  return intervalMs <= 2 * SURELY_DEAD_MS ? SURELY_ALIVE_MS : SURELY_DEAD_MS;
}

/**
 * When a new owner first checks a monitor: at once if a slot was missed, but not sooner than half an interval after the last check.
 */
export function heirsFirstRun(now: number, intervalMs: number, phaseMs: number, last: LastRun): number {
  // A clock that is ahead of ours must not silence the monitor.
  let lastAt = Math.min(last.at, now);
  if (!last.exact) lastAt = Math.max(lastAt, slotBefore(now - servedAgoMs(intervalMs), intervalMs, phaseMs));
  // A check that was late, or out of turn, counts for the slots close to it.
  return Math.max(now, slotAfter(lastAt + intervalMs / 2, intervalMs, phaseMs));
}

/** When a check that was postponed at a mass start comes: at its slot; for a long interval within a minute. */
export function spreadFirstRun(now: number, name: string, intervalMs: number): number {
  const spreadMs = Math.min(intervalMs, START_SPREAD_MS);
  return slotAfter(now, spreadMs, phaseOf(name, spreadMs));
}

/** cyrb53: 53 well-mixed bits of a text. */
function hash53(text: string): number {
  let high = 0xdeadbeef;
  let low = 0x41c6ce57;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    high = Math.imul(high ^ code, 2654435761);
    low = Math.imul(low ^ code, 1597334677);
  }
  high = Math.imul(high ^ (high >>> 16), 2246822507) ^ Math.imul(low ^ (low >>> 13), 3266489909);
  low = Math.imul(low ^ (low >>> 16), 2246822507) ^ Math.imul(high ^ (high >>> 13), 3266489909);
  return 4294967296 * (2097151 & low) + (high >>> 0);
}
