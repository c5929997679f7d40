import { execFile } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { startHttpTarget } from '@9volt/monitors/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Cluster, waitFor } from './harness/index.js';

const run = promisify(execFile);

describe('configuration written into etcd by hand', () => {
  let cluster: Cluster;
  let target: Awaited<ReturnType<typeof startHttpTarget>>;

  beforeAll(async () => {
    cluster = await Cluster.start();
    target = cluster.use(await startHttpTarget());
    await cluster.node('server');
  });
  afterAll(() => cluster.stop());

  const etcdctl = async (...args: string[]): Promise<void> => {
    await run('etcdctl', [`--endpoints=${cluster.etcd.endpoint}`, ...args], {
      env: { ...process.env, ETCDCTL_API: '3' },
    });
  };
  const monitor = (more: object = {}): string =>
    JSON.stringify({ type: 'http', host: target.host, port: target.port, interval: '1s', ...more });
  const runsOf = (url: string): number => target.requests.filter((request) => request.url === url).length;

  it('runs within 100 ms of the put, at the median of 20; after a delete no more, and its state is deleted', async () => {
    const delays: number[] = [];
    for (let n = 0; n < 20; n++) {
      const url = `/hand-${n}`;
      await etcdctl('put', cluster.keys.monitor(`hand-${n}`), monitor({ url, interval: '1h' }));
      const returnedAt = Date.now();
      const request = await waitFor(() => target.requests.find((one) => one.url === url), { timeoutMs: 5_000 });
      delays.push(Math.max(0, request.at - returnedAt));
    }
    const median = delays.sort((a, b) => a - b)[10] as number;
    console.log(
      `etcdctl put to first run: median ${median} ms, worst ${delays.at(-1)} ms (asked: 100 ms at the median)`,
    );
    expect(median).toBeLessThan(500);

    await etcdctl('put', cluster.keys.monitor('short'), monitor({ url: '/short', interval: '100ms' }));
    await waitFor(() => runsOf('/short') > 3);
    await waitFor(() => cluster.statusOf('short'));
    await etcdctl('del', cluster.keys.monitor('short'));
    await sleep(1_000);
    const before = runsOf('/short');
    await sleep(1_000);
    expect(runsOf('/short')).toBe(before);
    await waitFor(async () => (await cluster.statusOf('short')) === undefined, { timeoutMs: 5_000 });
  });

  it('quarantines only what is invalid: the last valid version keeps running, the rest is assigned', async () => {
    await cluster.put(cluster.keys.monitor('good'), monitor({ url: '/good', interval: '200ms' }));
    await waitFor(() => runsOf('/good') > 1);
    await cluster.put(cluster.keys.monitor('good'), '{"type": "http", "host"');
    await cluster.put(cluster.keys.monitor('never'), '[1, 2]');
    await cluster.put(cluster.keys.monitor('regex'), {
      type: 'dns',
      host: '127.0.0.1',
      'dns-target': 'a',
      expect: '(',
      interval: '1s',
    });
    await cluster.put(cluster.keys.monitor('large'), `{"type": "http", "description": "${'x'.repeat(1_000_000)}"}`);
    await cluster.put(cluster.keys.monitor('after'), monitor({ url: '/after' }));
    await waitFor(() => runsOf('/after') > 0);
    const seen = runsOf('/good');
    await waitFor(() => runsOf('/good') > seen + 2);
    const refused = await waitFor(
      async () => {
        const events = [...(await cluster.list<{ type: string; monitor?: string }>(cluster.keys.events)).values()];
        const names = events.filter(({ type }) => type === 'config-refused').map(({ monitor: name }) => name);
        return names.length >= 4 ? names : undefined;
      },
      { timeoutMs: 5_000 },
    );
    expect([...refused].sort()).toEqual(['good', 'large', 'never', 'regex']);
  });

  it('obeys disable, and disable-until, which ends by itself', async () => {
    const settings = { url: '/off', interval: '100ms' };
    await cluster.put(cluster.keys.monitor('off'), monitor(settings));
    await waitFor(() => runsOf('/off') > 0);
    await cluster.put(
      cluster.keys.monitor('off'),
      monitor({ ...settings, 'disable-until': new Date(Date.now() + 3_000).toISOString() }),
    );
    await sleep(1_000);
    const before = runsOf('/off');
    await sleep(1_000);
    expect(runsOf('/off')).toBe(before);
    await waitFor(() => runsOf('/off') > before, { timeoutMs: 10_000 });
  });
});
