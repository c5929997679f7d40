import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { type Latest } from '@9volt/etcd-dal';
import { startEtcd, startSeverableProxy, type TestEtcd, uniquePrefix, waitFor } from '@9volt/etcd-dal/testing';
import { CheckRunner } from '../execution/check-runner.js';
import { LeaderStandIn, WebTarget, WorkerRig } from '../testing/worker-rig.js';

let etcd: TestEtcd;
let prefix: string;
let leader: LeaderStandIn;
let target: WebTarget;
let closing: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  etcd = await startEtcd();
}, 30_000);
beforeEach(async () => {
  prefix = uniquePrefix();
  leader = await new LeaderStandIn(etcd.endpoint, prefix).start();
  target = await new WebTarget().listen();
  closing = [() => leader.stop(), () => target.close()];
});
afterEach(async () => {
  for (const close of closing.reverse()) await close();
});
afterAll(() => etcd.stop());

async function startWorker(name = 'w1', endpoint = etcd.endpoint): Promise<WorkerRig> {
  const worker = await WorkerRig.start(endpoint, prefix, name);
  closing.push(() => worker.stop());
  return worker;
}

/** Somebody looks, through an API. */
async function look(
  worker: WorkerRig,
  monitor: string,
  api = 'api-1',
): Promise<{ lease: string; end: () => Promise<void> }> {
  const { id } = await leader.client.grantLease(60_000);
  await worker.node.stores.look.begin(monitor, api, id);
  return { lease: id, end: () => leader.client.revokeLease(id) };
}

async function latestOf(worker: WorkerRig, monitor: string): Promise<Latest | undefined> {
  const entry = await leader.client.get(leader.keys.latest(monitor, worker.id));
  return entry && worker.node.stores.look.latest(entry, () => undefined);
}

const allLatest = async (): Promise<string[]> =>
  (await leader.client.list(leader.keys.latests)).entries.map(({ key }) => key);

/** Runs only when it is asked to. */
const rare = (): object => ({ ...target.settings, interval: '1h' });

describe('while somebody looks at a monitor', () => {
  test('each result is in etcd at once, also of a run on request, and of a state that failed; afterwards none', async () => {
    const worker = await startWorker();
    await leader.assign(worker.id, 'web', rare());
    await worker.run('web');
    expect(await allLatest()).toEqual([]);

    const { end } = await look(worker, 'web');
    // What is newer than the last dump.
    const first = await waitFor(() => latestOf(worker, 'web'));
    expect(first.entry).toMatchObject({ name: 'web', samples: [{ status: 'ok' }] });
    expect(first.entry.nextDueAt).toBeGreaterThan(first.at);

    target.healthy = false;
    const { signal } = new AbortController();
    await worker.get(CheckRunner).runNow('web', signal);
    const failed = await waitFor(async () => {
      const latest = await latestOf(worker, 'web');
      return latest?.entry.samples[0]?.status === 'critical' ? latest : undefined;
    });
    expect(failed.entry.failures).toBe(1);

    await end();
    await waitFor(async () => (await allLatest()).length === 0);
    await worker.get(CheckRunner).runNow('web', signal);
    await leader.assign(worker.id, 'marker', rare());
    await worker.run('marker');
    expect(await allLatest()).toEqual([]);
  }, 60_000);

  test('at most two results a second are written, the newest of each half', async () => {
    const worker = await startWorker();
    await look(worker, 'web');
    await leader.assign(worker.id, 'web', { ...target.settings, interval: '20ms', timeout: '19ms' });
    const versions = async (): Promise<{ at: number; version: number } | undefined> => {
      const entry = await leader.client.get(leader.keys.latest('web', worker.id));
      return entry && { at: performance.now(), version: entry.modRevision };
    };
    await waitFor(versions);
    const seen = new Set<number>();
    const begun = performance.now();
    while (seen.size < 5) {
      const found = await versions();
      if (found) seen.add(found.version);
    }
    // Four pauses, one of which may have begun before.
    expect(performance.now() - begun).toBeGreaterThan(3 * 490);
  }, 60_000);

  test('its new owner writes, and the former one no longer', async () => {
    const [one, two] = [await startWorker('w1'), await startWorker('w2')];
    await look(one, 'web');
    await leader.assign(one.id, 'web', rare());
    await waitFor(() => latestOf(one, 'web'));
    await leader.delete(leader.keys.assignment(one.id, 'web'));
    await leader.assign(two.id, 'web', rare());
    await two.run('web');
    await waitFor(() => latestOf(two, 'web'));
    expect(one.holds('web')).toBe(false);
  }, 60_000);

  test('two APIs look: the results go on when one of them ends', async () => {
    const worker = await startWorker();
    await leader.assign(worker.id, 'web', rare());
    await worker.run('web');
    const first = await look(worker, 'web', 'api-1');
    const second = await look(worker, 'web', 'api-2');
    const isUnder = (lease: string) => async (): Promise<boolean> =>
      (await leader.client.get(leader.keys.latest('web', worker.id)))?.lease === lease;
    await waitFor(isUnder(second.lease));
    await second.end();
    await waitFor(async () => (await allLatest()).length === 0);
    await worker.run('web');
    await waitFor(isUnder(first.lease));
    await first.end();
    await waitFor(async () => (await allLatest()).length === 0);
  }, 60_000);

  test('a worker that was cut off from etcd writes again when it is back', async () => {
    const proxy = await startSeverableProxy(etcd.clientPort);
    closing.push(() => proxy.stop());
    const worker = await startWorker('w1', proxy.endpoint);
    await look(worker, 'web');
    await leader.assign(worker.id, 'web', { ...target.settings, interval: '200ms', timeout: '190ms' });
    await waitFor(() => latestOf(worker, 'web'));
    proxy.cut();
    const missed = target.askedAt.length + 5;
    await waitFor(() => target.askedAt.length >= missed);
    const healedAt = Date.now();
    proxy.heal();
    await waitFor(async () => ((await latestOf(worker, 'web'))?.at ?? 0) > healedAt);
  }, 60_000);

  test('a look without a lease, or at a monitor that nobody owns, changes nothing', async () => {
    const worker = await startWorker();
    await leader.put(leader.keys.look('web', 'by-hand'), {});
    await look(worker, 'nobody');
    await leader.assign(worker.id, 'web', rare());
    await worker.run('web');
    await worker.run('web');
    expect(await allLatest()).toEqual([]);
  }, 60_000);
});
