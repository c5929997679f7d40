import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { DEFAULT_CLUSTER_CONFIG } from '@9volt/contracts';
import { decode, encode } from '../codec.js';
import { EtcdClient } from '../etcd.client.js';
import { Keyspace } from '../keyspace.js';
import { startEtcd, type TestEtcd, uniquePrefix } from '../testing/index.js';
import { ClusterGuard } from './cluster-guard.js';

let etcd: TestEtcd;
let client: EtcdClient;
let keys: Keyspace;
let guard: ClusterGuard;
beforeAll(async () => {
  etcd = await startEtcd();
  client = new EtcdClient({ members: [etcd.endpoint] });
});
afterAll(async () => {
  client.close();
  await etcd.stop();
});
beforeEach(() => {
  keys = new Keyspace(uniquePrefix());
  guard = new ClusterGuard(client, keys);
});

async function write(config: unknown): Promise<void> {
  const value = typeof config === 'string' ? config : encode(config);
  await client.txn({ compare: [], then: [{ put: keys.config, value }] });
}

describe('the configuration of the cluster', () => {
  test('is created once, whichever process comes first', async () => {
    const guards = Array.from({ length: 20 }, () => new ClusterGuard(client, keys));
    const configs = await Promise.all(guards.map((one) => one.ensureConfig()));
    expect(configs[0]).toMatchObject(DEFAULT_CLUSTER_CONFIG);
    expect(new Set(configs.map((config) => config.ClusterId)).size).toBe(1);
    expect(new Set(guards.map((one) => one.id)).size).toBe(1);
  });

  test('is completed once when a person wrote it, and keeps unknown attributes', async () => {
    await write({ HeartbeatTimeout: '10s', Future: true });
    const configs = await Promise.all([guard.ensureConfig(), new ClusterGuard(client, keys).ensureConfig()]);
    expect(configs[0]).toEqual(configs[1]);
    const stored = decode((await client.get(keys.config))?.value ?? Buffer.from(''));
    expect(stored).toEqual({ ...DEFAULT_CLUSTER_CONFIG, HeartbeatTimeout: '10s', Future: true, ClusterId: guard.id });
  });

  test.each([['nonsense'], [{ HeartbeatTimeout: '1s' }], [{ HeartbeatInterval: '5s' }], [[]]])(
    '%j is refused, naming the key, and left as it is',
    async (config) => {
      await write(config);
      await expect(guard.ensureConfig()).rejects.toMatchObject({
        code: 'invalid',
        message: expect.stringContaining(keys.config),
      });
      expect((await client.get(keys.config))?.modRevision).toBe((await client.get(keys.config))?.createRevision);
    },
  );
});

describe('check', () => {
  test('passes on the same data', async () => {
    await guard.ensureConfig();
    await guard.check();
  });

  test('notices another cluster, and a missing configuration', async () => {
    const config = await guard.ensureConfig();
    await write({ ...config, ClusterId: 'another' });
    await expect(guard.check()).rejects.toMatchObject({ kind: 'other-data' });
    await client.txn({ compare: [], then: [{ delete: keys.config }] });
    await expect(guard.check()).rejects.toMatchObject({ kind: 'other-data' });
    await write(config);
    await guard.check();
  });

  test('notices a revision that went back', async () => {
    await guard.ensureConfig();
    guard.sawRevision((await client.revision()) + 1_000);
    await expect(guard.check()).rejects.toMatchObject({ kind: 'other-data' });
  });

  test('does not mistake a late answer for a revision that went back', async () => {
    await guard.ensureConfig();
    const revision = await client.revision();
    const checked = guard.check();
    // As a watch may report while the answer is under way.
    guard.sawRevision(revision + 1_000);
    await checked;
  });
});
