import type { LiveState } from './live-types.js';

export type QuietReason = NonNullable<LiveState['quiet']>;

/** In the order of the stages that hold back alarms. */
export const QUIET_REASONS: readonly QuietReason[] = [
  'maintenance',
  'unreachable',
  'silenced',
  'flapping',
  'acknowledged',
];

export const QUIET_WORDS: Readonly<Record<QuietReason, string>> = {
  maintenance: 'in maintenance',
  unreachable: 'unreachable',
  silenced: 'silenced',
  flapping: 'flapping',
  acknowledged: 'acknowledged',
};

export type QuietCounts = Readonly<Record<QuietReason, number>>;

export function countByQuiet(states: Iterable<LiveState>): QuietCounts {
  const counts = Object.fromEntries(QUIET_REASONS.map((reason) => [reason, 0])) as Record<QuietReason, number>;
  for (const { quiet } of states) if (quiet) counts[quiet]++;
  return counts;
}
