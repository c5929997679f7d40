import { CLASS, type TimeClass, TIME_CLASSES } from './tally.js';

/** Shares from 0 to 1 between which the truth lies. */
interface UptimeBounds {
  /** All that nobody saw counts as down. */
  min: number;
  /** All that nobody saw counts as up. */
  max: number;
}

/** Milliseconds by class, and how much of what was counted as up or down may have been the opposite. */
export interface Accounted {
  time: readonly number[];
  maybeDown: number;
  maybeUp: number;
}

export interface UptimeFacts {
  /** Null if there was nothing to watch: disabled or under maintenance for the whole time. */
  uptime: UptimeBounds | null;
  /** The share of the time to watch in which checks said whether the target was up. */
  watched: number | null;
}

/**
 * Uptime by time, not by checks. Warning counts as up. Unknown and unwatched are not watched. Disabled time does not count, and
 * neither does maintenance unless `withMaintenance`, which makes it time that nobody watched.
 */
export function uptimeOf({ time, maybeDown, maybeUp }: Accounted, withMaintenance = false): UptimeFacts {
  const of = (code: number): number => time[code] ?? 0;
  const up = of(CLASS.ok) + of(CLASS.warning);
  const seen = up + of(CLASS.critical);
  const unseen = of(CLASS.unknown) + of(CLASS.unwatched) + (withMaintenance ? of(CLASS.maintenance) : 0);
  const total = seen + unseen;
  if (total <= 0) return { uptime: null, watched: null };
  const share = (ms: number): number => Math.min(1, Math.max(0, ms / total));
  return {
    uptime: { min: share(up - maybeDown), max: share(up + maybeUp + unseen) },
    watched: share(seen),
  };
}

export type TimeByClass = Record<TimeClass, number>;

export function timeByClass(time: readonly number[]): TimeByClass {
  return Object.fromEntries(TIME_CLASSES.map((name, code) => [name, time[code] ?? 0])) as TimeByClass;
}
