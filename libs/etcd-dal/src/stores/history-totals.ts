import { setImmediate as pause } from 'node:timers/promises';
import type { Tally } from '@9volt/contracts';
import { decodeTallies, decodeTimes } from './history.decode.js';
import type { HistoryIndex, Period } from './history-index.js';
import type { HistoryStore } from './history.store.js';
import { TallyTotals } from './tally-totals.js';

/** Values in memory at once. */
const AT_ONCE = 32;

/**
 * The sums of all monitors over some periods, in the order of time: of times and counts only, without latencies and changes. Other work of
 * this process goes on meanwhile.
 */
export async function totalsOf(
  store: HistoryStore,
  index: HistoryIndex,
  periods: readonly Period[],
): Promise<Map<string, Tally>> {
  const totals = new TallyTotals();
  await walk(store, index, periods, undefined, (digest, names, value) => {
    const columns = decodeTimes(value, names.length);
    if (columns) totals.add(digest, names, columns);
  });
  return totals.sums;
}

/** Gives each tally of some monitors to `take`, in the order of the periods, with the parts that {@link totalsOf} sums. */
export async function walkTallies(
  store: HistoryStore,
  index: HistoryIndex,
  periods: readonly Period[],
  wanted: ReadonlySet<string>,
  take: (name: string, tally: Tally) => void,
): Promise<void> {
  await walk(store, index, periods, wanted, (_digest, names, value) => {
    for (const [name, tally] of decodeTallies(value, names, 'time') ?? []) if (wanted.has(name)) take(name, tally);
  });
}

/** Reads the values with some monitors, or all. */
async function walk(
  store: HistoryStore,
  index: HistoryIndex,
  periods: readonly Period[],
  wanted: ReadonlySet<string> | undefined,
  take: (digest: string, names: readonly string[], value: Buffer) => void,
): Promise<void> {
  const all = periods.flatMap(({ level, n }) => index[level].get(n) ?? []);
  await store.learnNames(all.map(({ digest }) => digest));
  const has = (digest: string): boolean => store.namesOf(digest)?.some((name) => wanted?.has(name)) === true;
  const keys = wanted ? all.filter(({ digest }) => has(digest)) : all;
  const batch = (from: number): ReturnType<HistoryStore['readAll']> =>
    store.readAll(keys.slice(from, from + AT_ONCE).map(({ key }) => key));
  let next = batch(0);
  for (let from = 0; from < keys.length; from += AT_ONCE) {
    const entries = await next;
    next = batch(from + AT_ONCE);
    for (const [at, entry] of entries.entries()) {
      const digest = keys[from + at]?.digest ?? '';
      const names = store.namesOf(digest);
      if (names && entry) take(digest, names, entry.value);
      await pause();
    }
  }
  await next;
}
