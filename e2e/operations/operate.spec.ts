import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { stringify } from 'yaml';
import { Cluster, NodeProcess, run9volt, waitFor } from '../harness/index.js';

describe('operating a cluster', () => {
  let cluster: Cluster;
  let directory: string;

  beforeAll(async () => {
    cluster = await Cluster.start();
    directory = mkdtempSync(join(tmpdir(), 'ninevolt-operate-'));
    mkdirSync(join(directory, 'cfg'));
    const web = { type: 'http', host: '127.0.0.1', port: 9, interval: '1h', 'critical-alerter': ['chat'] };
    const chat = { type: 'slack', options: { token: 'xoxb-secret', channel: 'ops' } };
    const files = { monitor: { web, shop: { ...web, url: '/shop' } }, alerter: { chat } };
    writeFileSync(join(directory, 'cfg', 'all.yaml'), stringify(files, { aliasDuplicateObjects: false }));
  });
  afterAll(async () => {
    await cluster.stop();
    rmSync(directory, { recursive: true });
  });

  const on9volt = (...args: string[]): ReturnType<typeof run9volt> => run9volt([...args, '-e', cluster.etcd.endpoint]);

  it('saves all that was put in, and puts it back after a loss', async () => {
    const file = join(directory, 'backup.json');
    await on9volt('cfg', join(directory, 'cfg'));
    await cluster.put(cluster.keys.drain('w9'), {});
    const saved = await on9volt('backup', file);
    expect(saved).toMatchObject({ code: 0, stdout: `saved 2 monitors, 1 alerter, 1 drain to ${file}\n` });
    expect(statSync(file).mode & 0o777).toBe(0o600);

    for (const key of [cluster.keys.monitor('web'), cluster.keys.alerter('chat'), cluster.keys.drain('w9')])
      await cluster.delete(key);
    await cluster.put(cluster.keys.monitor('shop'), { type: 'tcp' });
    const refused = await on9volt('restore', file);
    expect(refused).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/monitor\/shop.*--replace.*nothing was written/),
    });
    expect(await cluster.get(cluster.keys.monitor('web'))).toBeUndefined();

    const restored = await on9volt('restore', file, '--replace');
    expect(restored).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('restored 2 monitors, 1 alerter, 1 drain'),
    });
    expect(await on9volt('cfg', 'diff', join(directory, 'cfg'))).toMatchObject({ code: 0, stdout: '' });
    expect(await cluster.get(cluster.keys.drain('w9'))).toEqual({});
    const again = await on9volt('restore', file);
    expect(again).toMatchObject({ code: 0, stdout: expect.stringContaining('4 already equal the file') });
  });

  it('tells the health of a node: ready, waiting for etcd, and gone', async () => {
    const node = await NodeProcess.start('worker', { etcd: 'http://127.0.0.1:1' });
    cluster.nodes.push(node);
    const waiting = await run9volt(['health', node.url]);
    expect(waiting).toMatchObject({ code: 2, stderr: expect.stringMatching(/is not ready: .*etcd: /) });
    expect(await run9volt(['health', node.url, '--live'])).toMatchObject({ code: 0 });
    await node.stop();
    expect(await run9volt(['health', node.url, '--live'])).toMatchObject({ code: 1 });

    const ready = await cluster.node('scheduler');
    await waitFor(() => ready.isReady());
    const env = { NINEV_LISTEN_ADDRESS: `0.0.0.0:${new URL(ready.url).port}` };
    expect(await run9volt(['health'], { env })).toMatchObject({ code: 0, stdout: 'ready\n' });
    // It is asked every few seconds on every node, in a process of its own.
    const telling = `import { createRequire } from 'node:module';
      process.on('exit', () => console.error(Object.keys(createRequire('/').cache).join(' ')));`;
    const NODE_OPTIONS = `--import=data:text/javascript,${encodeURIComponent(telling)}`;
    const { stdout, stderr: loaded } = await run9volt(['health'], { env: { ...env, NODE_OPTIONS } });
    expect(stdout).toBe('ready\n');
    expect(loaded).toContain('/commander/');
    expect(loaded).not.toMatch(/@nestjs|class-validator|grpc|axios/);
  });
});
