import type { Matcher } from './matcher.js';

/**
 * A silence: 9volt holds back alarms of the matching monitors from `start` to `end`. `silence/<id>`, kept for 7 days after its end.
 */
export interface Silence {
  match: Matcher;
  /** ISO 8601. */
  start: string;
  /** ISO 8601. The present time once somebody expires it. */
  end: string;
  /** Why. */
  comment: string;
  /** Who. */
  author?: string;
  /** ISO 8601. */
  createdAt: string;
  /** Its end was announced while it held back alarms. */
  reminded?: boolean;
}

/** How long an expired silence is kept for people to look at. */
export const SILENCE_KEPT_MS = 7 * 24 * 3_600_000;

export function silenceIsActive({ start, end }: Pick<Silence, 'start' | 'end'>, now: number): boolean {
  return Date.parse(start) <= now && now < Date.parse(end);
}

/** Why alarms of a monitor are held back, or would be: the first reason that applies, in the order of the pipeline. */
export const QUIET_REASONS = ['maintenance', 'unreachable', 'silenced', 'flapping', 'acknowledged'] as const;
export type QuietReason = (typeof QUIET_REASONS)[number];

export const SILENCE_PHASES = ['pending', 'active', 'expired'] as const;
export type SilencePhase = (typeof SILENCE_PHASES)[number];

export function silencePhase(silence: Pick<Silence, 'start' | 'end'>, now: number): SilencePhase {
  if (silenceIsActive(silence, now)) return 'active';
  return now < Date.parse(silence.start) && now < Date.parse(silence.end) ? 'pending' : 'expired';
}
