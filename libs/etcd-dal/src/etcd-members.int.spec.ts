import { describe, expect, jest, test } from '@jest/globals';
import { waitFor } from '@9volt/testing';
import { Informer } from './control/informer.js';
import { EtcdClient } from './etcd.client.js';
import { startEtcdCluster } from './testing/index.js';

jest.setTimeout(30_000);

describe('with three members', () => {
  test('a dead member costs one call, a frozen one a deadline; the watch moves, too', async () => {
    const cluster = await startEtcdCluster(3);
    const client = new EtcdClient({ members: cluster.endpoints, callTimeoutMs: 2_000 });
    const put = (value: string): Promise<unknown> => client.txn({ compare: [], then: [{ put: '/a/x', value }] });
    const informer = new Informer(client, { prefix: '/a/', decode: (entry) => entry.value.toString() });
    try {
      await put('0');
      await informer.start();
      await waitFor(() => informer.connected);
      for (const member of cluster.members) {
        await member.pause();
        // An election may be due, too; afterwards no write can be slower than a healthy one for long.
        await waitFor(
          () =>
            put(`without ${member.endpoint}`)
              .then(() => true)
              .catch(() => false),
          { timeoutMs: 8_000 },
        );
        const startedAt = performance.now();
        for (let n = 0; n < 20; n++) await put(`${member.endpoint} ${n}`);
        expect(performance.now() - startedAt).toBeLessThan(4_000);
        await waitFor(() => informer.get('/a/x')?.value === `${member.endpoint} 19`, { timeoutMs: 2_500 });
        await member.resume();
        // Two of three must answer before the next one freezes.
        await member.answers();
      }
      const [dead] = cluster.members;
      await dead?.kill();
      await waitFor(() =>
        put('again')
          .then(() => true)
          .catch(() => false),
      );
      for (let n = 0; n < 20; n++) await put(`dead ${n}`);
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
      await waitFor(() => ended, { timeoutMs: 1_000 });
    } finally {
      client.close();
      await cluster.stop();
    }
  });
});
