import { setImmediate as pause } from 'node:timers/promises';
import type { Sample, Tally } from '@9volt/contracts';
import { TallySum } from '@9volt/contracts';
import { decodeMinuteResults, decodeTallies, type HistoryStore, type TallyKey } from '@9volt/etcd-dal';

/** Values in memory at once. */
const AT_ONCE = 32;

export interface Folding {
  tallies: Map<string, Tally>;
  /** Of monitors that are checked so rarely that the kept minutes have less than their last results. */
  results: Map<string, Sample[]>;
}

/**
 * Adds up the tallies of some keys, in their order. Other work of this process goes on meanwhile. `rareHoldMs`: collects the results of
 * monitors whose results stand at least as long.
 */
export async function foldPeriod(
  store: HistoryStore,
  sources: readonly TallyKey[],
  rareHoldMs = Number.POSITIVE_INFINITY,
): Promise<Folding> {
  const sums = new Map<string, TallySum>();
  const results = new Map<string, Sample[]>();
  for (let from = 0; from < sources.length; from += AT_ONCE) {
    const keys = sources.slice(from, from + AT_ONCE);
    await store.learnNames(keys.map(({ digest }) => digest));
    const entries = await store.readAll(keys.map(({ key }) => key));
    for (const [at, { digest }] of keys.entries()) {
      const names = store.namesOf(digest);
      const value = entries[at]?.value;
      if (!names || !value) continue;
      const tallies = decodeTallies(value, names) ?? new Map<string, Tally>();
      let isRare = false;
      for (const [name, tally] of tallies) {
        const sum = sums.get(name) ?? new TallySum();
        sum.add(tally);
        sums.set(name, sum);
        isRare ||= tally.holdMs >= rareHoldMs;
      }
      if (isRare) {
        for (const [name, samples] of decodeMinuteResults(value, names)) {
          if ((tallies.get(name)?.holdMs ?? 0) < rareHoldMs) continue;
          results.set(name, [...(results.get(name) ?? []), ...samples]);
        }
      }
      await pause();
    }
  }
  const tallies = new Map<string, Tally>();
  for (const [name, { sum }] of sums) if (sum) tallies.set(name, sum);
  return { tallies, results };
}

/** The newest results of each monitor, each result once. Pure. */
export function mergeResults(
  before: ReadonlyMap<string, readonly Sample[]>,
  more: ReadonlyMap<string, readonly Sample[]>,
  isKept: (name: string, newest: Sample) => boolean,
  most: number,
): Map<string, Sample[]> {
  const merged = new Map<string, Sample[]>();
  for (const name of new Set([...before.keys(), ...more.keys()])) {
    const byTime = new Map([...(before.get(name) ?? []), ...(more.get(name) ?? [])].map((one) => [one.at, one]));
    const samples = [...byTime.values()].sort((a, b) => a.at - b.at).slice(-most);
    const newest = samples.at(-1);
    if (newest && isKept(name, newest)) merged.set(name, samples);
  }
  return merged;
}
