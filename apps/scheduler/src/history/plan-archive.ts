import { createHash } from 'node:crypto';
import { ARCHIVE_LEVELS, type ArchiveLevel, archiveRetention, type Archived, type ArchivePeriod } from '@9volt/archive';
import type { HistoryPeriods, Retention } from '@9volt/contracts';
import type { HistoryIndex, TallyKey } from '@9volt/etcd-dal';

/** What is not archived yet stays in etcd this much longer than its time, in days. Then the size of etcd is more important. */
const HELD_DAYS = 1;

export interface ArchiveStep extends ArchivePeriod {
  keys: readonly TallyKey[];
  source: string;
}

export interface ArchiveKnown {
  /** Undefined while this leader has not reached the archive. */
  archived: Archived | undefined;
  now: number;
  lengths: HistoryPeriods;
  /** In etcd. */
  kept: Retention;
  /** In the archive. */
  keepMs: number;
}

/**
 * The periods to copy, those first that etcd loses first. One that was folded again is copied again, but only as long as etcd keeps all of
 * it: what is being removed must not replace what is whole. Pure.
 */
export function archivesDue(
  index: Pick<HistoryIndex, 'hour' | 'day'>,
  { archived, now, lengths, kept, keepMs }: ArchiveKnown,
): ArchiveStep[] {
  const retention = archiveRetention(keepMs);
  const due: (ArchiveStep & { goesAt: number })[] = [];
  for (const level of ARCHIVE_LEVELS) {
    for (const [n, keys] of index[level]) {
      const goesAt = endOfDay({ level, n }, lengths) + kept[level];
      if ((n + 1) * lengths[level] + retention[level] <= now) continue;
      const source = sourceOf(keys);
      const known = archived?.[level].get(n);
      if (known === source || (known !== undefined && goesAt <= now)) continue;
      due.push({ level, n, keys, source, goesAt });
    }
  }
  return due.sort((a, b) => a.goesAt - b.goesAt);
}

/** An index without what must stay because it is not archived yet, and how many periods stay no longer although they are not. Pure. */
export function withoutHeld(index: HistoryIndex, known: ArchiveKnown): { free: HistoryIndex; lost: number } {
  const { archived, now, lengths, kept, keepMs } = known;
  const retention = archiveRetention(keepMs);
  let lost = 0;
  const free = (level: ArchiveLevel): HistoryIndex['hour'] =>
    new Map(
      [...index[level]].filter(([n]) => {
        if (archived?.[level].has(n) || (n + 1) * lengths[level] + retention[level] <= now) return true;
        const isOver = endOfDay({ level, n }, lengths) + kept[level] + HELD_DAYS * lengths.day <= now;
        if (isOver) lost++;
        return isOver;
      }),
    );
  return { free: { minute: index.minute, hour: free('hour'), day: free('day') }, lost };
}

/** The hours of a day leave etcd together. */
function endOfDay({ level, n }: ArchivePeriod, { hour, day }: HistoryPeriods): number {
  return level === 'day' ? (n + 1) * day : (Math.floor((n * hour) / day) + 1) * day;
}

/** Which keys a period consists of, and at which revisions. */
function sourceOf(keys: readonly TallyKey[]): string {
  const parts = keys.map(({ digest, modRevision }) => `${digest}:${modRevision}`).sort();
  return createHash('sha256').update(parts.join(' ')).digest('base64url').slice(0, 22);
}
