import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, test } from '@jest/globals';
import { waitFor } from '@9volt/testing';
import { EtcdClient } from '../etcd.client.js';
import { startSeverableProxy } from './severable-proxy.js';
import { startEtcd, startEtcdCluster } from './start-etcd.js';

const clients: EtcdClient[] = [];
function clientOf(member: string): EtcdClient {
  const client = new EtcdClient({ members: [member] });
  clients.push(client);
  return client;
}
afterEach(() => clients.splice(0).forEach((client) => client.close()));

async function put(client: EtcdClient, key: string, value: string): Promise<number> {
  return (await client.txn({ compare: [], then: [{ put: key, value }] })).revision;
}

describe('startEtcd', () => {
  test('keeps its data over a restart, loses it with a wipe, and leaves nothing behind', async () => {
    const etcd = await startEtcd();
    const client = clientOf(etcd.endpoint);
    await put(client, '/a', '1');
    await etcd.restart();
    await waitFor(async () => (await client.get('/a').catch(() => undefined))?.value.toString() === '1');
    await etcd.wipe();
    await waitFor(async () => (await client.revision().catch(() => 0)) === 1);
    expect(await client.get('/a')).toBeUndefined();
    const { pid, dataDir } = etcd;
    await etcd.stop();
    expect(existsSync(dataDir)).toBe(false);
    expect(() => process.kill(pid, 0)).toThrow();
  });

  test('a cluster of three serves with one member dead', async () => {
    const cluster = await startEtcdCluster(3);
    try {
      await cluster.members[0]?.kill();
      const client = new EtcdClient({ members: cluster.endpoints.slice(1), callTimeoutMs: 500 });
      clients.push(client);
      await waitFor(async () => (await put(client, '/a', '1').catch(() => 0)) > 0);
    } finally {
      await cluster.stop();
    }
  });
});

describe('startSeverableProxy', () => {
  test('cuts, black-holes, withholds answers or requests, and heals', async () => {
    const etcd = await startEtcd();
    const proxy = await startSeverableProxy(etcd.clientPort);
    try {
      const direct = clientOf(etcd.endpoint);
      const through = new EtcdClient({ members: [proxy.endpoint], callTimeoutMs: 300 });
      clients.push(through);
      await put(through, '/a', '1');
      expect(proxy.connections).toBe(1);

      proxy.cut();
      await expect(put(through, '/a', '2')).rejects.toThrow();
      proxy.heal();
      await waitFor(async () => (await put(through, '/a', '3').catch(() => 0)) > 0);

      proxy.mute();
      await expect(put(through, '/a', '4')).rejects.toThrow();
      expect((await direct.get('/a'))?.value.toString()).toBe('4');
      proxy.heal();
      await waitFor(async () => (await put(through, '/a', '5').catch(() => 0)) > 0);

      const arrivesLate = async (): Promise<boolean> => {
        proxy.hold();
        const late = put(through, '/a', 'late').catch(() => undefined);
        await sleep(100);
        proxy.strand();
        await late;
        expect((await direct.get('/a'))?.value.toString()).toBe('5');
        // But not the cancellation: etcd may drop a cancelled request at once.
        proxy.heal();
        await sleep(200);
        const arrived = (await direct.get('/a'))?.value.toString() === 'late';
        proxy.cutOnce();
        await waitFor(async () => (await put(through, '/a', '5').catch(() => 0)) > 0);
        return arrived;
      };
      // While all is held, a call that first needs a connection does not even send its request.
      await waitFor(arrivesLate);

      proxy.slow(200);
      const askedAt = performance.now();

      await through.get('/a');
      expect(performance.now() - askedAt).toBeGreaterThan(190);
      proxy.heal();
      await waitFor(async () => {
        const at = performance.now();
        return (await through.get('/a').catch(() => undefined)) !== undefined && performance.now() - at < 150;
      });

      proxy.blackhole();
      await expect(put(through, '/a', '6')).rejects.toThrow();
      expect((await direct.get('/a'))?.value.toString()).toBe('5');
    } finally {
      await proxy.stop();
      await etcd.stop();
    }
  });
});
