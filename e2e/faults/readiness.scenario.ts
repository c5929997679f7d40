import type { Role } from '@9volt/contracts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { someOf } from '@9volt/testing';
import { Cluster, NodeProcess, startSeverableProxy, waitFor } from '../harness/index.js';

const ROLES: readonly Role[] = ['scheduler', 'worker', 'api', 'server'];

/** How long all of them may take to start on a busy machine. */
const STARTS_MS = 240_000;

interface Health {
  live: number;
  ready: number;
  missing: Record<string, string>;
}

async function healthOf({ url }: NodeProcess): Promise<Health> {
  const [live, ready] = await Promise.all([fetch(`${url}/livez`), fetch(`${url}/readyz`)]);
  const { missing } = (await ready.json()) as Pick<Health, 'missing'>;
  return { live: live.status, ready: ready.status, missing };
}

/** The health of each, once all are as expected. */
const healthsOnce = (
  nodes: readonly NodeProcess[],
  expected: (health: Health, role: Role) => boolean,
): Promise<Health[]> =>
  waitFor(
    async () => {
      const healths = await Promise.all(nodes.map(healthOf));
      return healths.every((health, index) => expected(health, nodes[index]?.role ?? 'server')) && healths;
    },
    { timeoutMs: 60_000 },
  );

describe('the health of every role', () => {
  let cluster: Cluster;
  let proxy: Awaited<ReturnType<typeof startSeverableProxy>>;
  let nodes: NodeProcess[];

  beforeAll(async () => {
    cluster = await Cluster.start();
    proxy = cluster.use(await startSeverableProxy(Number(new URL(cluster.etcd.endpoint).port)));
    nodes = [];
    for (const role of ROLES) nodes.push(await cluster.node(role, { name: role, etcd: proxy.endpoint }));
  }, STARTS_MS);
  afterAll(() => cluster.stop());

  it('is good once it has everything that it needs', async () => {
    for (const node of someOf(nodes)) expect(await healthOf(node)).toEqual({ live: 200, ready: 200, missing: {} });
  });

  it('names etcd as missing when it is cut off, asks for no restart, and recovers by itself', async () => {
    proxy.cut();
    const healths = await healthsOnce(nodes, ({ ready, missing }, role) => {
      const works = role === 'worker' || role === 'server';
      return (
        ready === 503 &&
        Boolean(missing['etcd']) &&
        (!works || /continues checks and notifications without etcd/.test(missing['detached'] ?? ''))
      );
    });
    expect(healths.map(({ live }) => live)).toEqual([200, 200, 200, 200]);
    proxy.heal();
    await healthsOnce(nodes, ({ ready }) => ready === 200);
  });

  it(
    'can be asked, and says what is waited for, before etcd was ever reached',
    async () => {
      const early: NodeProcess[] = [];
      for (const role of ROLES) early.push(await cluster.starting(role, { etcd: 'http://127.0.0.1:1' }));
      const healths = await healthsOnce(early, ({ missing }) => Boolean(missing['etcd']));
      for (const health of someOf(healths)) expect(health).toMatchObject({ live: 200, ready: 503 });
    },
    STARTS_MS,
  );
});
