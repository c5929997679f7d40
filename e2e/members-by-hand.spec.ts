import { startHttpTarget } from '@9volt/monitors/testing';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { Cluster, waitFor } from './harness/index.js';

let cluster: Cluster;
let target: Awaited<ReturnType<typeof startHttpTarget>>;

beforeAll(async () => {
  cluster = await Cluster.start();
  target = cluster.use(await startHttpTarget());
  for (const [role, name] of [
    ['scheduler', 's1'],
    ['worker', 'w1'],
    ['worker', 'w2'],
    ['api', 'a1'],
  ] as const) {
    await cluster.node(role, { name });
  }
  for (let n = 0; n < 4; n++) {
    const settings = { type: 'http', host: target.host, port: target.port, url: `/${n}`, interval: '500ms' };
    await cluster.put(cluster.keys.monitor(`m${n}`), settings);
  }
});
afterAll(() => cluster.stop());

const membersNow = async (): Promise<Map<string, number>> => {
  const { entries } = await cluster.client.list(cluster.keys.members);
  return new Map(entries.map(({ key, createRevision }) => [key, createRevision]));
};
const workersWithWork = async (): Promise<number> => {
  const { entries } = await cluster.client.list(cluster.keys.assignments);
  return new Set(entries.map(({ key }) => key.slice(cluster.keys.assignments.length).split('/')[0])).size;
};
const areAllChecked = async (): Promise<boolean> => {
  const since = Date.now();
  const has = (n: number): boolean => target.requests.some(({ url, at }) => url === `/${n}` && at > since);
  await waitFor(() => [0, 1, 2, 3].every(has), { timeoutMs: 20_000 });
  return true;
};

it.each(['deleted', 'overwritten'])(
  'processes of every role whose member keys were %s take part again, one leads, and all work is done',
  async (how) => {
    await waitFor(async () => (await membersNow()).size === 4 && (await areAllChecked()));
    const before = await membersNow();
    for (const key of before.keys()) await (how === 'deleted' ? cluster.delete(key) : cluster.put(key, '[]'));
    await waitFor(
      async () => {
        const now = await membersNow();
        const isBack = ([key, revision]: [string, number]): boolean =>
          how === 'deleted' ? (now.get(key) ?? 0) > revision : now.get(key) === revision;
        return now.size === 4 && [...before].every(isBack);
      },
      { timeoutMs: 30_000, what: 'all to be members again' },
    );
    await waitFor(async () =>
      [...(await cluster.list(cluster.keys.members)).values()].every((one) => !Array.isArray(one)),
    );
    await waitFor(async () => (await cluster.get(cluster.keys.director)) !== undefined, { timeoutMs: 20_000 });
    await waitFor(async () => (await workersWithWork()) === 2, {
      timeoutMs: 30_000,
      what: 'both workers to have work',
    });
    expect(await areAllChecked()).toBe(true);
    for (const node of cluster.nodes) await waitFor(() => node.isReady(), { timeoutMs: 20_000 });
  },
  120_000,
);
