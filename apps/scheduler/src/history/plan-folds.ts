import type { HistoryPeriods, Level, Retention } from '@9volt/contracts';
import type { Fold, FoldedLevel, HistoryIndex, TallyKey } from '@9volt/etcd-dal';

/** Minutes that workers write late, because etcd or they stood still, come within this share of an hour: mostly. */
const GRACE = 1 / 12;

export type Folded = Readonly<Record<FoldedLevel, ReadonlyMap<number, Fold>>>;

export interface FoldStep {
  level: FoldedLevel;
  n: number;
  /** In the order of their time. */
  sources: readonly TallyKey[];
  /** The newest revision of the sources. */
  revision: number;
  /** Earlier sources are gone: these add to what is folded already. */
  adds: boolean;
}

const FINER: Readonly<Record<FoldedLevel, Level>> = { hour: 'minute', day: 'hour' };

/**
 * The periods of a level to fold now: those that ended, and have sources that are not in their fold. A fold is made again from all of
 * its sources when a late one comes, so that its result does not depend on when they came. Pure.
 */
export function foldsDue(
  level: FoldedLevel,
  { index, folded, now, lengths }: { index: HistoryIndex; folded: Folded; now: number; lengths: HistoryPeriods },
): FoldStep[] {
  const due: FoldStep[] = [];
  for (const [n, sources] of sourcesOf(level, index, lengths)) {
    if ((n + 1) * lengths[level] + GRACE * lengths.hour > now) continue;
    const fold = folded[level].get(n);
    const fresh = sources.filter(({ modRevision }) => modRevision > (fold?.revision ?? 0));
    if (fresh.length === 0) continue;
    const adds = fold?.trimmed === true;
    const revision = Math.max(...fresh.map(({ modRevision }) => modRevision));
    due.push({ level, n, sources: adds ? fresh : sources, revision, adds });
  }
  return due;
}

/** Sources that are in a fold, by its period, and are kept no longer. Pure. */
export function trimsDue(
  level: FoldedLevel,
  {
    index,
    folded,
    now,
    lengths,
    kept,
  }: { index: HistoryIndex; folded: Folded; now: number; lengths: HistoryPeriods; kept: Retention },
): Map<number, TallyKey[]> {
  const due = new Map<number, TallyKey[]>();
  for (const [n, sources] of sourcesOf(level, index, lengths)) {
    const fold = folded[level].get(n);
    if (!fold || (n + 1) * lengths[level] + kept[FINER[level]] > now) continue;
    const old = sources.filter(({ modRevision }) => modRevision <= fold.revision);
    if (old.length > 0) due.set(n, old);
  }
  return due;
}

/** Days that are kept no longer. Pure. */
export function expiredDays(index: HistoryIndex, now: number, lengths: HistoryPeriods, kept: Retention): TallyKey[] {
  return [...index.day].flatMap(([n, keys]) => ((n + 1) * lengths.day + kept.day <= now ? keys : []));
}

/** What a period is made of, in the order of its time. */
export function sourcesOf(level: FoldedLevel, index: HistoryIndex, lengths: HistoryPeriods): Map<number, TallyKey[]> {
  const finer = FINER[level];
  const ratio = Math.round(lengths[level] / lengths[finer]);
  const sources = new Map<number, TallyKey[]>();
  for (const [child, keys] of [...index[finer]].sort(([a], [b]) => a - b)) {
    const n = Math.floor(child / ratio);
    const known = sources.get(n);
    if (known) known.push(...keys);
    else sources.set(n, [...keys]);
  }
  return sources;
}
