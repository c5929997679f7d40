/**
 * When a monitor is due: at every `t` that is congruent to the hash of its name, modulo its interval, whoever owns it. So the
 * monitors of one interval are spread over it, a move changes no cadence, and nothing drifts.
 */

/** Where in its interval a monitor is due, in milliseconds: below the interval, evenly spread over names. */
export function phaseOf(name: string, intervalMs: number): number {
  return (hash53(name) / 2 ** 53) * intervalMs;
}

/** The first slot after `t`. */
export function slotAfter(t: number, intervalMs: number, phaseMs: number): number {
  const slot = phaseMs + Math.ceil((t - phaseMs) / intervalMs) * intervalMs;
  // Epoch milliseconds are held to about 0.0002: a slot must not be answered as its own successor.
  return slot > t + 0.001 ? slot : slot + intervalMs;
}

/** The last slot at or before `t`. */
export function slotBefore(t: number, intervalMs: number, phaseMs: number): number {
  return slotAfter(t, intervalMs, phaseMs) - intervalMs;
}

/** How many slots lie from one slot to another, the later one not counted. */
export function slotsBetween(slot: number, later: number, intervalMs: number): number {
  return Math.max(0, Math.round((later - slot) / intervalMs));
}

/** A first run comes at most this late when many start at once. */
const START_SPREAD_MS = 60_000;

/** What is known of the last run of a monitor that was run by another worker before, or by this one under another interval. */
export interface LastRun {
  at: number;
  /**
   * Whether `at` surely was the last run. The state of a short interval is not written at each run, so what it tells is only a
   * lower bound.
   */
  exact: boolean;
}

/** An owner that died was alive this long ago at the least: only then are its monitors given to others. */
const SURELY_DEAD_MS = 5_000;

/**
 * When the heir of a monitor runs it first: a slot that was missed is made up for at once, but not sooner than half an interval after
 * the last run.
 */
export function heirsFirstRun(now: number, intervalMs: number, phaseMs: number, last: LastRun): number {
  // A clock that is ahead of ours must not silence the monitor.
  let lastAt = Math.min(last.at, now);
  if (!last.exact) lastAt = Math.max(lastAt, slotBefore(now - SURELY_DEAD_MS, intervalMs, phaseMs));
  // A run that was late, or out of turn, stands for the slots close to it.
  return Math.max(now, slotAfter(lastAt + intervalMs / 2, intervalMs, phaseMs));
}

/** When a run that was put off at a mass start comes: at its slot, and of a long interval within a minute. */
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
