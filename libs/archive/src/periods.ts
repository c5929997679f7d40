import type { HistoryPeriods, Level } from '@9volt/contracts';

/** Minutes stay in etcd: nobody asks for them after three hours. */
export type ArchiveLevel = Exclude<Level, 'minute'>;
export const ARCHIVE_LEVELS: readonly ArchiveLevel[] = ['hour', 'day'];

export interface ArchivePeriod {
  level: ArchiveLevel;
  /** Its number, as in etcd. */
  n: number;
}

export function beginOf({ level, n }: ArchivePeriod, lengths: HistoryPeriods): number {
  return Math.floor(n * lengths[level]);
}

export function numberOf(level: ArchiveLevel, from: number, lengths: HistoryPeriods): number {
  return Math.round(from / lengths[level]);
}

export function instant(ms: number): string {
  return new Date(ms).toISOString();
}

/** How long the archive keeps each level: hours for a quarter of the time, because there are 24 times as many. */
export function archiveRetention(keepMs: number): Readonly<Record<ArchiveLevel, number>> {
  return { hour: keepMs / 4, day: keepMs };
}
