import { LEVELS, type Tally } from '@9volt/contracts';
import { type Compare, decodeTallies, type HistoryIndex, type Stores } from '@9volt/etcd-dal';

/** A monitor that was deleted by mistake and pushed again within this many days still has its history. */
const KEPT_DAYS = 7;

/** Deletes the history of monitors that were removed long ago. */
export class RemovedMonitors {
  constructor(
    private readonly stores: Pick<Stores, 'history' | 'historyFold'>,
    private readonly catalog: { has: (name: string) => boolean },
  ) {}

  get keptMs(): number {
    return KEPT_DAYS * this.stores.history.periods.day;
  }

  /** Rewrites the days that contain such monitors, without them. Hours are not kept much longer than that anyway. */
  async purge(index: HistoryIndex, now: number, fence: readonly Compare[]): Promise<void> {
    const { history, historyFold } = this.stores;
    const { periods } = history;
    const seen = new Set<string>();
    const past: number[] = [];
    for (const level of LEVELS) {
      for (const [n, keys] of index[level]) {
        await history.learnNames(keys.map(({ digest }) => digest));
        const isYoung = (n + 1) * periods[level] > now - this.keptMs;
        if (!isYoung && level === 'day') past.push(n);
        if (!isYoung) continue;
        for (const { digest } of keys) for (const name of history.namesOf(digest) ?? []) seen.add(name);
      }
    }
    const isGone = (name: string): boolean => !seen.has(name) && !this.catalog.has(name);
    for (const n of past) {
      const keys = index.day.get(n) ?? [];
      const affected = keys.filter(({ digest }) => history.namesOf(digest)?.some(isGone));
      if (affected.length === 0) continue;
      const entries = await history.readAll(keys.map(({ key }) => key));
      const left = new Map<string, Tally>();
      for (const [at, { digest }] of keys.entries()) {
        const names = history.namesOf(digest);
        const tallies = names && entries[at] && decodeTallies(entries[at].value, names);
        // What cannot be read is not rewritten.
        if (!tallies) return;
        for (const [name, tally] of tallies) if (!isGone(name)) left.set(name, tally);
      }
      await historyFold.replace({ level: 'day', n }, left, keys, fence);
    }
  }
}
