import { setImmediate as pause } from 'node:timers/promises';
import type { Tally } from '@9volt/contracts';
import { decodeTimes } from './history.decode.js';
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
  const keys = periods.flatMap(({ level, n }) => index[level].get(n) ?? []);
  await store.learnNames(keys.map(({ digest }) => digest));
  const totals = new TallyTotals();
  const batch = (from: number): ReturnType<HistoryStore['readAll']> =>
    store.readAll(keys.slice(from, from + AT_ONCE).map(({ key }) => key));
  let next = batch(0);
  for (let from = 0; from < keys.length; from += AT_ONCE) {
    const entries = await next;
    next = batch(from + AT_ONCE);
    for (const [at, entry] of entries.entries()) {
      const digest = keys[from + at]?.digest ?? '';
      const names = store.namesOf(digest);
      const columns = names && entry ? decodeTimes(entry.value, names.length) : undefined;
      if (names && columns) totals.add(digest, names, columns);
      await pause();
    }
  }
  await next;
  return totals.sums;
}
