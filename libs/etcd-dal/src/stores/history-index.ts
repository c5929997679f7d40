import { type HistoryPeriods, type Level, LEVELS } from '@9volt/contracts';

/** A key with tallies. */
export interface TallyKey {
  key: string;
  digest: string;
  modRevision: number;
}

/** The keys of each period, by its number. */
export type PeriodIndex = ReadonlyMap<number, readonly TallyKey[]>;
export type HistoryIndex = Readonly<Record<Level, PeriodIndex>>;

export interface Period {
  level: Level;
  n: number;
}

/**
 * The periods that cover a range, each moment once: as coarse as `step` permits, finer while a coarse one is not folded yet, coarser
 * where the finer ones are not kept any more. Pure.
 */
export function periodsFor(
  index: HistoryIndex,
  { from, to, step }: { from: number; to: number; step: number },
  lengths: HistoryPeriods,
): Period[] {
  const found: Period[] = [];
  const cover = (level: Level, n: number): void => {
    const finer = LEVELS[LEVELS.indexOf(level) - 1];
    const [start, end] = [n * lengths[level], (n + 1) * lengths[level]];
    if (end <= from || start >= to) return;
    const has = index[level].has(n);
    const wanted = finer === undefined || step >= lengths[level];
    if (has && (wanted || !anyWithin(index, finer, start, end, lengths))) found.push({ level, n });
    else if (finer) {
      const ratio = Math.round(lengths[level] / lengths[finer]);
      for (let child = n * ratio; child < (n + 1) * ratio; child++) cover(finer, child);
    }
  };
  // Nothing is kept of the time before: a question since the year 1 takes no longer.
  const first = Math.max(from, beginOf(index, lengths));
  for (let n = Math.floor(first / lengths.day); n * lengths.day < to; n++) cover('day', n);
  return found;
}

/** The begin of the oldest period; infinite if there is none. */
export function beginOf(index: HistoryIndex, lengths: HistoryPeriods): number {
  let begin = Number.POSITIVE_INFINITY;
  for (const level of LEVELS) for (const n of index[level].keys()) begin = Math.min(begin, n * lengths[level]);
  return begin;
}

/** Whether anything finer is left of a period that is also kept as a whole. */
function anyWithin(index: HistoryIndex, level: Level, start: number, end: number, lengths: HistoryPeriods): boolean {
  const finer = LEVELS[LEVELS.indexOf(level) - 1];
  for (let n = Math.round(start / lengths[level]); n * lengths[level] < end; n++) {
    if (index[level].has(n)) return true;
    if (finer && anyWithin(index, finer, n * lengths[level], (n + 1) * lengths[level], lengths)) return true;
  }
  return false;
}
