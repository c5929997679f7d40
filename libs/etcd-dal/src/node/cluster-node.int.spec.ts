import { afterEach, describe, expect, test } from '@jest/globals';
import { waitFor } from '@9volt/testing';
import type { ClusterNode } from './cluster-node.js';
import { startEtcd, type TestEtcd, testNode, uniquePrefix } from '../testing/index.js';

const nodes: ClusterNode[] = [];
let etcd: TestEtcd | undefined;
afterEach(async () => {
  await Promise.all(nodes.splice(0).map((node) => node.stop()));
  await etcd?.stop();
  etcd = undefined;
});

function node(...args: Parameters<typeof testNode>): ClusterNode {
  const made = testNode(...args);
  nodes.push(made);
  return made;
}

describe('a node', () => {
  test('waits for a missing etcd, says why, and joins once it is there', async () => {
    etcd = await startEtcd();
    await etcd.kill();
    const waited: string[] = [];
    const one = node(etcd.endpoint, uniquePrefix(), { onWaiting: (reason) => waited.push(reason) });
    one.events.emit('api', 'before anything');
    const started = one.start('127.0.0.1:1');
    await waitFor(() => waited.length > 0);
    expect(waited[0]).toContain('etcd');
    expect(one.waiting).toBe(waited[0]);
    expect(one.isMember).toBe(false);
    expect(() => one.session).toThrow('not a member yet');
    await etcd.restart();
    await Promise.all([started, one.joined]);
    expect(one.isMember).toBe(true);
    expect(one.waiting).toBeUndefined();
    await waitFor(() => one.events.depth === 0);
  });

  test('reports that etcd is out of space', async () => {
    etcd = await startEtcd({ args: ['--quota-backend-bytes=1000000'] });
    const prefix = uniquePrefix();
    const first = node(etcd.endpoint, prefix);
    await first.start('');
    const fill = async (): Promise<never> => {
      for (let n = 0; ; n++) {
        await first.client.txn({ compare: [], then: [{ put: `/${n}`, value: Buffer.alloc(200_000) }] });
      }
    };
    await expect(fill()).rejects.toMatchObject({ kind: 'no-space' });
    const second = node(etcd.endpoint, prefix);
    void second.start('');
    await waitFor(() => second.waiting?.includes('space'));
    expect(first.isMember).toBe(true);
  });

  test('stops while it waits', async () => {
    const one = node('http://127.0.0.1:1', uniquePrefix());
    const started = one.start('');
    await waitFor(() => one.waiting);
    await one.stop();
    await started;
    expect(one.isMember).toBe(false);
  });

  test('leaves at once', async () => {
    etcd = await startEtcd();
    const prefix = uniquePrefix();
    const [one, other] = [node(etcd.endpoint, prefix), node(etcd.endpoint, prefix)];
    await Promise.all([one.start('127.0.0.1:1'), other.start('')]);
    const key = one.keys.member(one.memberId);
    expect(JSON.parse(String((await other.client.get(key))?.value))).toMatchObject({ ListenAddress: '127.0.0.1:1' });
    await one.stop();
    expect(await other.client.get(key)).toBeUndefined();
  });

  test('survives a restart of etcd with its data', async () => {
    etcd = await startEtcd();
    const one = node(etcd.endpoint, uniquePrefix());
    await one.start('');
    const { fence } = one.session;
    await etcd.restart();
    await waitFor(() => one.isMember);
    const then = [{ put: `${one.keys.root}x`, value: '' }];
    await waitFor(() =>
      one.client
        .txn({ compare: [fence], then })
        .then((answer) => answer.succeeded)
        .catch(() => false),
    );
  });
});

test('twenty nodes that start together on an empty etcd all join the same cluster', async () => {
  etcd = await startEtcd();
  const prefix = uniquePrefix();
  const all = Array.from({ length: 20 }, () => node(etcd?.endpoint ?? '', prefix));
  await Promise.all(all.map((one) => one.start('')));
  expect(all.every((one) => one.isMember)).toBe(true);
  expect(new Set(all.map((one) => one.guard.id)).size).toBe(1);
  expect(new Set(all.map((one) => one.memberId)).size).toBe(20);
  const { entries } = await (all[0] as ClusterNode).client.list((all[0] as ClusterNode).keys.members);
  expect(entries).toHaveLength(20);
});

describe('the settings of the cluster', () => {
  const settings = { HeartbeatInterval: '1s', HeartbeatTimeout: '4s', StateDumpInterval: '2s' };

  test('change while it runs; invalid ones are reported, and the last valid ones stay', async () => {
    etcd = await startEtcd();
    const one = node(etcd.endpoint, uniquePrefix());
    const told: [string, string[]][] = [];
    one.onConfig((config, faults) => told.push([config.HeartbeatTimeout, faults.map(({ path }) => path)]));
    await one.start('');
    const { ClusterId } = one.config;
    const put = (value: unknown): Promise<unknown> =>
      one.client.txn({ compare: [], then: [{ put: one.keys.config, value: JSON.stringify(value) }] });
    // Written by hand without the id of the data; the node restores it.
    await put(settings);
    await waitFor(() => one.config.HeartbeatTimeout === '4s');
    await waitFor(async () => String((await one.client.get(one.keys.config))?.value).includes(ClusterId));
    const lease = await waitFor(async () => {
      const entry = await one.client.get(one.keys.member(one.memberId));
      return entry && (await one.client.keepAlive(entry.lease, 1_000)) === 4_000 && entry.lease;
    });
    await put({ ...settings, ClusterId, HeartbeatInterval: '3s' });
    await waitFor(() => told.at(-1)?.[1].includes('/HeartbeatInterval'));
    await put('nonsense');
    await waitFor(() => told.at(-1)?.[1].includes(''));
    expect(one.config).toEqual({ ...settings, ClusterId });
    await one.guard.check();
    await put({ ...settings, ClusterId, HeartbeatTimeout: '5s' });
    await waitFor(() => one.config.HeartbeatTimeout === '5s');
    await waitFor(() => one.session.lease !== lease);
    expect(told[0]).toEqual(['4s', []]);
  });

  test('keep nobody from joining while they are invalid', async () => {
    etcd = await startEtcd();
    const prefix = uniquePrefix();
    const first = node(etcd.endpoint, prefix);
    await first.start('');
    const value = JSON.stringify({ ...first.config, HeartbeatTimeout: '1s' });
    await first.client.txn({ compare: [], then: [{ put: first.keys.config, value }] });
    const second = node(etcd.endpoint, prefix);
    await second.start('');
    expect([second.isMember, second.config.HeartbeatTimeout]).toEqual([true, '6s']);
  });
});
