import { setImmediate as pause } from 'node:timers/promises';
import { spanBetween, type Tally } from '@9volt/contracts';
import { decodeTallies } from './history.codec.js';
import type { HistoryIndex, Period } from './history-index.js';
import type { HistoryStore } from './history.store.js';

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
  const sums = new Map<string, Tally>();
  const batch = (from: number): ReturnType<HistoryStore['readAll']> =>
    store.readAll(keys.slice(from, from + AT_ONCE).map(({ key }) => key));
  let next = batch(0);
  for (let from = 0; from < keys.length; from += AT_ONCE) {
    const entries = await next;
    next = batch(from + AT_ONCE);
    for (const [at, entry] of entries.entries()) {
      const names = store.namesOf(keys[from + at]?.digest ?? '');
      const tallies = names && entry ? decodeTallies(entry.value, names, 'time') : undefined;
      for (const [name, tally] of tallies ?? []) {
        const sum = sums.get(name);
        if (sum) addTo(sum, tally);
        else sums.set(name, { ...tally, time: [...tally.time], changes: [] });
      }
      await pause();
    }
  }
  await next;
  return sums;
}

/** As `joined`, but into `sum` itself: there are a million of them. Periods do not overlap. */
function addTo(sum: Tally, next: Tally): void {
  const time = sum.time as number[];
  for (let code = 0; code < time.length; code++) time[code] = (time[code] as number) + (next.time[code] as number);
  const span = spanBetween(sum, next.first, next.firstClass);
  const ms = Math.max(0, span.to - span.from);
  time[span.class] = (time[span.class] as number) + ms;
  sum.maybeDown += next.maybeDown + (span.maybe === 'down' ? ms : 0);
  sum.maybeUp += next.maybeUp + (span.maybe === 'up' ? ms : 0);
  sum.runs += next.runs;
  sum.failures += next.failures;
  sum.overruns += next.overruns;
  sum.last = Math.max(sum.last, next.last);
  sum.lastClass = next.lastClass;
  sum.holdMs = next.holdMs;
}
