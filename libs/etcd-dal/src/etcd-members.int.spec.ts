import { describe, expect, jest, test } from '@jest/globals';
import { someOf, waitFor } from '@9volt/testing';
import { Informer } from './control/informer.js';
import { EtcdClient } from './etcd.client.js';
import { startEtcdCluster } from './testing/index.js';

jest.setTimeout(90_000);

describe('with three members', () => {
  test('a dead member costs one call, a frozen one a deadline; the watch moves, too', async () => {
    const cluster = await startEtcdCluster(3);
    const client = new EtcdClient({ members: cluster.endpoints, callTimeoutMs: 2_000 });
    const put = (value: string): Promise<unknown> => client.txn({ compare: [], then: [{ put: '/a/x', value }] });
    /** An election may spoil one round. A client that goes on asking a member without an answer is slow in every round. */
    const isQuick = async (round: string): Promise<boolean> => {
      const startedAt = performance.now();
      try {
        for (let n = 0; n < 20; n++) await put(`${round} ${n}`);
      } catch {
        return false;
      }
      return performance.now() - startedAt < 4_000;
    };
    const informer = new Informer(client, { prefix: '/a/', decode: (entry) => entry.value.toString() });
    try {
      await put('0');
      await informer.start();
      await waitFor(() => informer.connected);
      for (const member of someOf(cluster.members)) {
        await member.pause();
        await waitFor(() => isQuick(member.endpoint), { timeoutMs: 20_000, what: `writes without ${member.endpoint}` });
        await waitFor(() => informer.get('/a/x')?.value === `${member.endpoint} 19`, { timeoutMs: 2_500 });
        await member.resume();
        // Two of three must answer before the next one freezes.
        await member.answers();
      }
      const [dead] = cluster.members;
      await dead?.kill();
      await waitFor(() => isQuick('dead'), { timeoutMs: 20_000, what: 'writes without the dead member' });
      await waitFor(() => informer.get('/a/x')?.value === 'dead 19');
    } finally {
      await informer.stop();
      client.close();
      await cluster.stop();
    }
  });

  test('a watch does not stay with a member that does not answer', async () => {
    const cluster = await startEtcdCluster(3);
    const client = new EtcdClient({ members: cluster.endpoints, callTimeoutMs: 500 });
    try {
      await waitFor(() => client.revision().catch(() => 0));
      const stream = await client.openWatch();
      let ended = false;
      stream.on('error', () => (ended = true));
      await Promise.all(cluster.members.map((member) => member.pause()));
      await expect(client.txn({ compare: [], then: [{ put: '/a', value: '' }] })).rejects.toThrow();
      // Without this, keepalive finds out within 13 seconds.
      await waitFor(() => ended, { timeoutMs: 5_000 });
    } finally {
      client.close();
      await cluster.stop();
    }
  });
});
