import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { CLASS, FIRST_MARK, type Sample, sumOf, type Tally } from '@9volt/contracts';
import { decodeMinuteResults, decodeNames, decodeTallies } from '@9volt/etcd-dal';
import { startEtcd, type TestEtcd, uniquePrefix, waitFor } from '@9volt/etcd-dal/testing';
import { LeaderStandIn, WebTarget, WorkerRig } from '../testing/worker-rig.js';
import { HistoryWriter } from './history-writer.js';

let etcd: TestEtcd;
let leader: LeaderStandIn;
let target: WebTarget;
const workers: WorkerRig[] = [];

beforeAll(async () => {
  etcd = await startEtcd();
  // A minute takes a second.
  WorkerRig.historySpeed = 60;
});
afterAll(async () => {
  WorkerRig.historySpeed = 1;
  await etcd.stop();
});
beforeEach(async () => {
  const prefix = uniquePrefix();
  leader = await new LeaderStandIn(etcd.endpoint, prefix).start();
  target = new WebTarget();
  await target.listen();
  workers.length = 0;
  workers.push(await WorkerRig.start(etcd.endpoint, prefix, 'w1'));
});
afterEach(async () => {
  await Promise.all(workers.map((worker) => worker.stop()));
  await target.close();
  await leader.stop();
});

/** What etcd has of a monitor, all minutes together. */
async function stored(name: string): Promise<{ keys: number; tally: Tally | undefined; results: Sample[] }> {
  const { client, keys } = leader;
  const lists = new Map(
    (await client.list(keys.historyNames)).entries.map(({ key, value }) => [
      key.slice(keys.historyNames.length),
      decodeNames(value) ?? [],
    ]),
  );
  const tallies: Tally[] = [];
  const results: Sample[] = [];
  const { entries } = await client.list(keys.historyMinutes);
  for (const { key, value } of entries) {
    const names = lists.get(keys.parseHistory('minute', key)?.digest ?? '') ?? [];
    tallies.push(...[decodeTallies(value, names)?.get(name)].filter((tally) => tally !== undefined));
    results.push(...(decodeMinuteResults(value, names).get(name) ?? []));
  }
  return { keys: entries.length, tally: sumOf(tallies), results };
}

test('a minute is one key for all monitors, however often it is written', async () => {
  const [worker] = workers as [WorkerRig];
  for (const name of ['web', 'shop']) await leader.assign(worker.id, name, { ...target.settings, interval: '100ms' });
  await waitFor(() => target.askedAt.length > 30);
  await worker.stop();
  const { keys, tally, results } = await stored('web');
  const { tally: shop } = await stored('shop');
  expect((tally?.runs ?? 0) + (shop?.runs ?? 0)).toBe(target.askedAt.length);
  expect(results).toHaveLength(tally?.runs ?? -1);
  expect(tally?.time[CLASS.unwatched]).toBe(0);
  const seconds = ((tally?.last ?? 0) - (tally?.first ?? 0)) / 1_000;
  expect(keys).toBeLessThanOrEqual(seconds + 3);
});

test('what etcd did not accept during an outage is written afterwards', async () => {
  const [worker] = workers as [WorkerRig];
  await leader.assign(worker.id, 'web', { ...target.settings, interval: '100ms' });
  await waitFor(async () => (await stored('web')).tally);
  const before = target.askedAt.length;
  await etcd.pause();
  await waitFor(() => target.askedAt.length > before + 25);
  target.healthy = false;
  await waitFor(() => target.askedAt.length > before + 35);
  await etcd.resume();
  target.healthy = true;
  await waitFor(() =>
    worker
      .get(HistoryWriter)
      .write()
      .then(
        () => true,
        () => false,
      ),
  );
  await waitFor(async () => ((await stored('web')).tally?.runs ?? 0) > before + 35);
  const { tally } = await stored('web');
  expect(tally?.failures).toBeGreaterThan(5);
  expect(tally?.time[CLASS.unwatched]).toBe(0);
});

test('a removed monitor is disabled from then on', async () => {
  const [worker] = workers as [WorkerRig];
  await leader.assign(worker.id, 'web', { ...target.settings, interval: '100ms' });
  await waitFor(() => target.askedAt.length > 3);
  await leader.change(worker.id, 'web', { phase: 'remove', reason: 'removed' });
  await waitFor(async () => (await leader.assignment(worker.id, 'web')) === undefined);
  await waitFor(async () => (await stored('web')).tally?.lastClass === CLASS.disabled);
});

test('an edit is a mark, a pause is disabled time, and a window is maintenance whatever the checks find', async () => {
  const [worker] = workers as [WorkerRig];
  const settings = { ...target.settings, interval: '100ms' };
  await leader.assign(worker.id, 'web', settings);
  await waitFor(() => target.askedAt.length > 3);
  const marks = async (): Promise<number[]> =>
    (await stored('web')).tally?.changes.filter((_at, n) => n % 2 === 1) ?? [];
  await leader.assign(worker.id, 'web', { ...settings, description: 'edited' });
  await waitFor(async () => (await marks()).includes(FIRST_MARK));
  await leader.assign(worker.id, 'web', { ...settings, url: '/other' });
  await waitFor(async () => (await marks()).includes(FIRST_MARK + 1));

  const at = (ms: number): string => new Date(Date.now() + ms).toISOString();
  await leader.put(leader.keys.pause('web'), { at: at(0), until: at(60_000), comment: 'c' });
  await waitFor(async () => (await stored('web')).tally?.lastClass === CLASS.disabled);
  await leader.delete(leader.keys.pause('web'));
  await waitFor(async () => (await stored('web')).tally?.lastClass === CLASS.ok);
  const window = { match: { name: 'web' }, start: at(-1_000), end: at(60_000), comment: 'c' };
  await leader.put(leader.keys.maintenance('update'), window);
  await waitFor(async () => (await stored('web')).tally?.lastClass === CLASS.maintenance);
  const { failures = 0 } = (await stored('web')).tally ?? {};
  target.healthy = false;
  const before = target.askedAt.length;
  await waitFor(() => target.askedAt.length > before + 5);
  target.healthy = true;
  await leader.delete(leader.keys.maintenance('update'));
  await waitFor(async () => (await stored('web')).tally?.lastClass === CLASS.ok);
  const { tally } = await stored('web');
  expect(tally?.time[CLASS.maintenance]).toBeGreaterThan(400);
  expect(tally?.time[CLASS.disabled]).toBeGreaterThan(0);
  expect(tally?.failures).toBe(failures);
});
