import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { waitFor } from '@9volt/etcd-dal/testing';
import { Cluster } from '../harness/cluster.js';

const OF_API = 'canary-token-of-the-api';
const OF_MONITORS = 'canary-of-the-monitors';

/** Lists the processes that show a canary, except itself. */
const LOOK =
  "grep -l 'c[a]nary' /proc/[0-9]*/environ /proc/[0-9]*/cmdline 2>/dev/null; head -c 1 /proc/$PPID/environ | wc -c";

describe.each<[string, string[]]>([
  ['by their environment', []],
  ['as arguments', ['--access-tokens', OF_API]],
])("a permitted program cannot read the worker's secrets given %s", (_, args) => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await Cluster.start();
    await cluster.node('server', {
      args: ['--exec-allow', '/bin/sh', ...args],
      env: {
        ...(args.length > 0 ? {} : { NINEV_ACCESS_TOKENS: OF_API }),
        NINEV_SECRET_SHOP: OF_MONITORS,
      },
    });
  });
  afterAll(() => cluster.stop());

  it('in /proc, though it can read there', async () => {
    const attributes = { type: 'exec', command: '/bin/sh', args: ['-c', LOOK], 'return-code': 99, interval: '1s' };
    await cluster.put(cluster.keys.monitor('look'), { ...attributes, 'critical-threshold': 1 });
    await waitFor(async () => (await cluster.statusOf('look')) === 'critical', { timeoutMs: 20_000 });
    const state = await cluster.get<{ message: string }>(cluster.keys.state('look'));
    expect(state?.message).toMatch(/Output: 1\s*$/);
  });

  it('while monitors continue to use them', async () => {
    const seen = cluster.keys.monitor('page');
    await cluster.put(seen, {
      type: 'http',
      host: '127.0.0.1',
      port: 1,
      headers: { Authorization: 'Bearer ${env:NINEV_SECRET_SHOP}' },
      interval: '1s',
      'critical-threshold': 1,
    });
    // It was read: otherwise the check would be unknown.
    await waitFor(async () => (await cluster.statusOf('page')) === 'critical', { timeoutMs: 20_000 });
  });
});
