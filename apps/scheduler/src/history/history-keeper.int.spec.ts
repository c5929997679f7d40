import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { CLASS, NO_PHASES, type Sample, sumOf, type Tally } from '@9volt/contracts';
import { chunksOf, digestOf, encodeTallies, periodsFor } from '@9volt/etcd-dal';
import { startEtcd, type TestEtcd, uniquePrefix, waitFor } from '@9volt/etcd-dal/testing';
import { AppLogger, Health } from '@9volt/platform';
import { SchedulerBench, schedulerConfig, type TestScheduler } from '../testing/scheduler-bench.js';
import { ArchiveKeeper } from './archive-keeper.service.js';
import { HistoryKeeper } from './history-keeper.service.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

let etcd: TestEtcd;
let bench: SchedulerBench;
let scheduler: TestScheduler;
let keeper: HistoryKeeper;

beforeAll(async () => {
  etcd = await startEtcd();
});
afterAll(async () => {
  await etcd.stop();
});
beforeEach(async () => {
  bench = new SchedulerBench(etcd.endpoint, uniquePrefix());
  scheduler = await bench.scheduler();
  await bench.leader();
  keeper = keeperOf(scheduler);
  // Right after its election a leader waits.
  await rounds(2);
});
afterEach(async () => {
  await bench.stop();
});

function keeperOf({ node, caches, leadership, metrics }: TestScheduler): HistoryKeeper {
  const log = AppLogger.silent();
  const none = new ArchiveKeeper(schedulerConfig(), node, caches, leadership, log, metrics, new Health());
  return new HistoryKeeper(node, caches, leadership, none, log, metrics);
}

async function rounds(count: number): Promise<void> {
  for (let n = 0; n < count; n++) await keeper.keep();
}

/** Six checks of a minute. */
function minuteOf(minute: number, code: number = CLASS.ok, holdMs = 16_000): Tally {
  const first = minute * MINUTE + 3_000;
  const time = [0, 0, 0, 0, 0, 0, 0];
  time[code] = 50_000;
  const failures = code === CLASS.critical ? 6 : 0;
  const counts = { runs: 6, failures, overruns: 0, maybeDown: 0, maybeUp: 0 };
  const rest = { latency: [80, 6], phases: NO_PHASES, changes: [] };
  return { first, firstClass: code, last: first + 50_000, lastClass: code, holdMs, time, ...counts, ...rest };
}

async function wrote(
  minute: number,
  tallies: Record<string, Tally>,
  results?: Record<string, Sample[]>,
  worker = 'w1',
): Promise<void> {
  const byName = new Map(Object.entries(tallies));
  const [names = []] = chunksOf(byName.keys(), 1_000);
  const value = encodeTallies({
    names,
    tallies: byName,
    from: minute * MINUTE,
    unitMs: 1,
    results: new Map(Object.entries(results ?? {})),
  });
  const chunk = { digest: digestOf(names), names, value, isNew: true };
  await scheduler.node.stores.history.writeMinute(worker, { n: minute, chunks: [chunk], obsolete: [] });
}

/** The number of the first minute of the hour that ended `hours` ago. */
const hourAgo = (hours: number): number => (Math.floor(Date.now() / HOUR) - hours) * 60;

async function known(name: string, from: number, to: number, step: number): Promise<Tally | undefined> {
  const { history } = scheduler.node.stores;
  const index = await history.index();
  return sumOf(await history.talliesOf(name, index, periodsFor(index, { from, to, step }, history.periods)));
}

async function keysUnder(prefix: string): Promise<string[]> {
  return (await bench.client.list(prefix, { keysOnly: true })).entries.map(({ key }) => key.slice(prefix.length));
}

it('folds an hour once it has ended, and minutes and hours say the same', async () => {
  const start = hourAgo(2);
  for (let n = 0; n < 60; n += 1) {
    if (n === 30) continue;
    await wrote(start + n, { web: minuteOf(start + n, n < 10 ? CLASS.critical : CLASS.ok), db: minuteOf(start + n) });
  }
  const range = [start * MINUTE, (start + 60) * MINUTE] as const;
  const before = await known('web', ...range, MINUTE);
  await rounds(1);
  const folded = await known('web', ...range, HOUR);
  expect(folded).toEqual(before);
  const watched = HOUR - 10_000 - 70_000;
  expect(folded?.time).toEqual([watched - 10 * MINUTE, 0, 10 * MINUTE, 0, 0, 0, 70_000]);
  expect(folded?.maybeUp).toBe(10_000);
  expect(await keysUnder(bench.keys.historyHours)).toHaveLength(1);
  expect(await keysUnder(bench.keys.historyMinutes)).toHaveLength(59);
});

it('changes nothing when it folds twice, and folds again when a minute comes late', async () => {
  const start = hourAgo(2);
  for (const n of [0, 1, 3]) await wrote(start + n, { web: minuteOf(start + n) });
  await rounds(1);
  const hour = async (): Promise<unknown> =>
    (await bench.client.list(bench.keys.historyHours)).entries.map(({ modRevision, value }) => [modRevision, value]);
  const once = await hour();
  await rounds(2);
  expect(await hour()).toEqual(once);
  await wrote(start + 2, { web: minuteOf(start + 2) }, undefined, 'w2');
  await rounds(1);
  expect(await known('web', start * MINUTE, (start + 60) * MINUTE, HOUR)).toMatchObject({
    runs: 24,
    time: [230_000, 0, 0, 0, 0, 0, 0],
  });
});

it('removes the results of folded minutes, and still sees a late one', async () => {
  const start = hourAgo(2);
  const samples: Sample[] = [{ at: start * MINUTE, latencyMs: 5, status: 'ok' }];
  for (const n of [0, 1]) await wrote(start + n, { web: minuteOf(start + n) }, { web: samples });
  const { history } = scheduler.node.stores;
  const results = async (): Promise<number> =>
    (await history.resultsOf(new Set(['web']), { ...(await history.index()), hour: new Map() })).size;
  expect(await results()).toBe(1);
  await rounds(1);
  expect(await results()).toBe(0);
  const minutes = await bench.client.list(bench.keys.historyMinutes);
  await rounds(2);
  expect((await bench.client.list(bench.keys.historyMinutes)).entries).toEqual(minutes.entries);
  await wrote(start + 2, { web: minuteOf(start + 2) }, { web: samples }, 'w2');
  await rounds(1);
  expect(await known('web', start * MINUTE, (start + 60) * MINUTE, HOUR)).toMatchObject({ runs: 18 });
  expect(await known('web', start * MINUTE, (start + 60) * MINUTE, MINUTE)).toMatchObject({ runs: 18 });
  expect(await results()).toBe(0);
});

it('removes minutes after three hours; one that comes even later adds to the hour', async () => {
  const start = hourAgo(6);
  for (const n of [0, 1, 3]) await wrote(start + n, { web: minuteOf(start + n) });
  await rounds(1);
  expect(await keysUnder(bench.keys.historyMinutes)).toEqual([]);
  await wrote(start + 2, { web: minuteOf(start + 2, CLASS.critical) }, undefined, 'w2');
  await rounds(2);
  expect(await keysUnder(bench.keys.historyMinutes)).toEqual([]);
  const sum = await known('web', start * MINUTE, (start + 60) * MINUTE, HOUR);
  expect(sum).toMatchObject({ runs: 24, failures: 6 });
  // Of the 70 s that nobody had watched, the late minute knows 50 s.
  expect(sum?.time).toEqual([160_000, 0, 50_000, 0, 0, 0, 20_000]);
});

it('folds days, and keeps the lists of names that something refers to', async () => {
  // The last hours, of which some are written below, may lie in yesterday.
  const theDayBefore = (Math.floor(Date.now() / DAY) - 2) * 24 * 60;
  for (const n of [600, 601, 700])
    await wrote(theDayBefore + n, { web: minuteOf(theDayBefore + n), db: minuteOf(theDayBefore + n) });
  await wrote(theDayBefore + 700, { other: minuteOf(theDayBefore + 700) }, undefined, 'w2');
  await rounds(1);
  expect(await keysUnder(bench.keys.historyDays)).toHaveLength(1);
  const { history } = scheduler.node.stores;
  const index = await history.index();
  const day = { from: theDayBefore * MINUTE, to: theDayBefore * MINUTE + DAY, step: DAY };
  expect(periodsFor(index, day, history.periods)).toEqual([{ level: 'day', n: day.from / DAY }]);
  expect(await known('web', day.from, day.to, DAY)).toMatchObject({ runs: 18 });
  // The lists of the workers go when their minutes are gone, and nothing needed them for a round.
  await bench.delete(...(await keysUnder(bench.keys.historyHours)).map((key) => bench.keys.historyHours + key));
  await wrote(hourAgo(2), { web: minuteOf(hourAgo(2)), db: minuteOf(hourAgo(2)) });
  await rounds(1);
  await wrote(hourAgo(3), { web: minuteOf(hourAgo(3)), db: minuteOf(hourAgo(3)) });
  await rounds(1);
  const used = new Set(
    [...(await keysUnder(bench.keys.historyMinutes)), ...(await keysUnder(bench.keys.historyHours))]
      .concat(await keysUnder(bench.keys.historyDays))
      .map((key) => key.split('/').at(-1)),
  );
  expect(new Set(await keysUnder(bench.keys.historyNames))).toEqual(used);
});

it('keeps the last results of rarely checked monitors', async () => {
  const hourly = (minute: number): Tally => ({ ...minuteOf(minute, CLASS.ok, 2 * HOUR), runs: 1 });
  const samples = (minute: number): Sample[] => [{ at: minute * MINUTE, latencyMs: 5, status: 'ok' }];
  for (const hours of [8, 7, 6]) {
    const minute = hourAgo(hours);
    await wrote(
      minute,
      { rare: hourly(minute), web: minuteOf(minute) },
      { rare: samples(minute), web: samples(minute) },
    );
  }
  await bench.monitor('rare');
  await waitFor(() => scheduler.caches.catalog.has('rare'));
  await rounds(2);
  expect(await keysUnder(bench.keys.historyMinutes)).toEqual([]);
  const recent = await scheduler.node.stores.historyFold.recent();
  expect([...recent.keys()]).toEqual(['rare']);
  expect(recent.get('rare')?.map(({ at }) => at)).toEqual([8, 7, 6].map((hours) => hourAgo(hours) * MINUTE));
});

it('removes the history of a monitor seven days after the monitor', async () => {
  const of = (days: number): number => (Math.floor(Date.now() / DAY) - days) * 24 * 60;
  for (const days of [20, 9, 6]) {
    const names = days === 6 ? ['here', 'young'] : ['here', 'young', 'gone', 'paused'];
    await wrote(of(days), Object.fromEntries(names.map((name) => [name, minuteOf(of(days))])));
  }
  await bench.monitor('paused');
  await waitFor(() => scheduler.caches.catalog.has('paused'));
  await rounds(2);
  const runs = async (name: string): Promise<number> =>
    (await known(name, Date.now() - 21 * DAY, Date.now(), DAY))?.runs ?? 0;
  expect(await Promise.all(['here', 'young', 'gone', 'paused'].map(runs))).toEqual([18, 18, 0, 12]);
});

it('does nothing as a standby, nor as a leader that was replaced', async () => {
  const start = hourAgo(2);
  await wrote(start, { web: minuteOf(start) });
  const standby = keeperOf(await bench.scheduler());
  for (let n = 0; n < 3; n++) await standby.keep();
  expect(await keysUnder(bench.keys.historyHours)).toEqual([]);
  const fence = scheduler.leadership.epochFence;
  await bench.put({ put: bench.keys.director, value: '{}' });
  await bench.delete(bench.keys.director);
  const { historyFold } = scheduler.node.stores;
  expect(await historyFold.replace({ level: 'hour', n: 1 }, new Map([['a', minuteOf(60)]]), [], fence)).toBeUndefined();
});
