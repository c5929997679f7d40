import { mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startHttpTarget } from '@9volt/monitors/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Cluster, run9volt, waitFor } from '../harness/index.js';
import { ROOT, run } from './harness/index.js';

/** The commands of docs/deploy/README.md that begin like this, in their order. */
function documented(beginning: string): string[] {
  const text = readFileSync(join(ROOT, 'docs/deploy/README.md'), 'utf8');
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line.startsWith(beginning));
}

describe('a snapshot of etcd, as docs/deploy/README.md says', () => {
  let cluster: Cluster;
  let home: string;

  beforeAll(async () => {
    cluster = await Cluster.start();
    home = mkdtempSync(join(tmpdir(), 'ninevolt-snapshot-'));
  });
  afterAll(async () => {
    await cluster.stop();
    rmSync(home, { recursive: true });
  });

  it('brings back monitors and open incidents, and their checks continue', async () => {
    const target = cluster.use(await startHttpTarget());
    const web = { type: 'http', host: target.host, port: target.port, interval: '1s' };
    const broken = { type: 'tcp', host: '127.0.0.1', port: 1, interval: '1s', 'critical-threshold': 1 };
    await cluster.put(cluster.keys.monitor('web'), web);
    await cluster.put(cluster.keys.monitor('broken'), broken);
    let node = await cluster.node('server');
    await waitFor(async () => (await cluster.statusOf('web')) === 'ok', { timeoutMs: 60_000 });
    await waitFor(async () => (await cluster.statusOf('broken')) === 'critical', { timeoutMs: 60_000 });
    const incidents = [...(await cluster.list(cluster.keys.incidents)).keys()];
    expect(incidents).toEqual([expect.stringMatching(/^broken\//)]);

    const etcdctl = (line: string): Promise<string> =>
      run('etcdctl', inHome(line).split(' ').slice(1), {
        cwd: home,
        env: { ETCDCTL_API: '3', ETCDCTL_ENDPOINTS: cluster.etcd.endpoint },
      });
    const [save = '', status = ''] = documented('etcdctl snapshot s');
    await etcdctl(save);
    expect(await etcdctl(status)).toMatch(/^[0-9a-f]+, \d+, \d+, /);

    // Lost with the disk: a later monitor, and everything else.
    await cluster.put(cluster.keys.monitor('later'), web);
    await node.stop();
    await cluster.etcd.kill();
    renameSync(cluster.etcd.dataDir, join(home, 'lost'));
    const [restore = ''] = documented('etcdctl snapshot restore');
    await etcdctl(restore);
    await cluster.etcd.restart();

    expect([...(await cluster.list(cluster.keys.monitors)).keys()].sort()).toEqual(['broken', 'web']);
    expect([...(await cluster.list(cluster.keys.incidents)).keys()]).toEqual(incidents);
    node = await cluster.node('server');
    const answeredBefore = target.requests.length;
    await waitFor(() => target.requests.length > answeredBefore + 1, { timeoutMs: 60_000 });
    expect(await cluster.statusOf('broken')).toBe('critical');
    // The same incident, not a new one.
    expect([...(await cluster.list(cluster.keys.incidents)).keys()]).toEqual(incidents);
    expect((await run9volt(['health', node.url])).code).toBe(0);
  }, 240_000);

  function inHome(line: string): string {
    return line.replace('/var/lib/etcd/default', cluster.etcd.dataDir);
  }
});
