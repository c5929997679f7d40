/** The resolutions in which tallies are kept. */
export const LEVELS = ['minute', 'hour', 'day'] as const;
export type Level = (typeof LEVELS)[number];

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** Lengths in milliseconds. Tests make them shorter; all processes of a cluster need the same. */
export interface HistoryPeriods {
  minute: number;
  hour: number;
  day: number;
}

/** `speed` divides every length: for tests, which cannot wait for an hour. */
export function historyPeriods(speed = 1): HistoryPeriods {
  return { minute: MINUTE_MS / speed, hour: HOUR_MS / speed, day: DAY_MS / speed };
}

/** A worker writes the running minute this often: one that dies without a word loses no more. */
export const WRITES_A_MINUTE = 3;
const LIST_MS = 10_000;

/** Readers list the keys of minutes again after this time. */
export function minutesListedMs({ minute }: HistoryPeriods): number {
  return Math.min(LIST_MS, minute);
}

/** Until when readers know all results: a later one may wait for the next write, or the write for a reader. */
export function knownUntil(now: number, lengths: HistoryPeriods): number {
  return now - 1.5 * (lengths.minute / WRITES_A_MINUTE) - minutesListedMs(lengths);
}

/** How long each resolution is kept, in milliseconds. */
export type Retention = Readonly<Record<Level, number>>;

/** Up to this number of monitors all is kept for its full time. */
const FULL_RETENTION_MONITORS = 30_000;
const FULL_DAYS_MONITORS = 40_000;

/** With more monitors the history is kept for a shorter time, so that etcd stays as small. */
export function retentionOf(monitors: number, { hour, day }: HistoryPeriods = historyPeriods()): Retention {
  const share = (full: number): number => Math.min(1, full / Math.max(1, monitors));
  return {
    minute: 3 * hour,
    hour: Math.max(1, Math.round(10 * share(FULL_RETENTION_MONITORS))) * day,
    day: Math.max(2, Math.round(100 * share(FULL_DAYS_MONITORS))) * day,
  };
}

/** The begin of the minute, hour or day that an instant falls into: the finest of these that is still kept; and how long that is. */
export function wholePeriods(
  at: number,
  now: number,
  kept: Retention,
  lengths: HistoryPeriods,
): { from: number; step: number } {
  const step = lengths[LEVELS.find((level) => now - at <= kept[level]) ?? 'day'];
  return { from: Math.floor(at / step) * step, step };
}
