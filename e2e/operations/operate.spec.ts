import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { stringify } from 'yaml';
import { Cluster, MAIN_IN_MODULES, NodeProcess, run9volt, waitFor } from '../harness/index.js';

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

  it('saves the whole configuration, and restores it after a loss', async () => {
    const file = join(directory, 'backup.json');
    await on9volt('cfg', join(directory, 'cfg'));
    await cluster.put(cluster.keys.drain('w9'), {});
    await cluster.put(cluster.keys.silence('s1'), {});
    await cluster.put(cluster.keys.maintenance('weekly'), {});
    const saved = await on9volt('backup', file);
    expect(saved).toMatchObject({
      code: 0,
      stdout: `saved 2 monitors, 1 alerter, 1 drain, 1 maintenance window and 1 silence to ${file}\n`,
    });
    expect(statSync(file).mode & 0o777).toBe(0o600);

    for (const key of ['monitor/web', 'alerter/chat', 'cluster/drain/w9', 'maintenance/weekly'].map(
      (key) => cluster.keys.root + key,
    ))
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
      stdout: expect.stringContaining('restored 2 monitors, 1 alerter, 1 drain and 1 maintenance window of'),
    });
    expect(await on9volt('cfg', 'diff', join(directory, 'cfg'), '--nosync')).toMatchObject({ code: 0, stdout: '' });
    expect(await cluster.get(cluster.keys.drain('w9'))).toEqual({});
    expect(await cluster.get(cluster.keys.maintenance('weekly'))).toEqual({});
    const again = await on9volt('restore', file);
    expect(again).toMatchObject({ code: 0, stdout: expect.stringContaining('6 already equal the file') });
  });

  it('reports the health of a node: ready, waiting for etcd, and gone', async () => {
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
    // Every node is asked every few seconds, by a process of its own.
    const telling = `import { createRequire } from 'node:module';
      process.on('exit', () => console.error(Object.keys(createRequire('/').cache).join(' ')));`;
    const NODE_OPTIONS = `--import=data:text/javascript,${encodeURIComponent(telling)}`;
    const inModules = { env: { ...env, NODE_OPTIONS }, main: MAIN_IN_MODULES };
    const { stdout, stderr: loaded } = await run9volt(['health'], inModules);
    expect(stdout).toBe('ready\n');
    expect(loaded).toContain('/commander/');
    expect(loaded).not.toMatch(/@nestjs|class-validator|grpc|axios/);
  });
});

describe('keeping quiet from the command line', () => {
  let cluster: Cluster;
  let node: NodeProcess;
  const ask = (...args: string[]): ReturnType<typeof run9volt> =>
    run9volt([...args, '--api', node.url], { env: { USER: 'kim' } });

  beforeAll(async () => {
    cluster = await Cluster.start();
    await cluster.put(cluster.keys.monitor('web-1'), {
      type: 'tcp',
      host: '127.0.0.1',
      port: 1,
      interval: '1s',
      tags: ['shop'],
    });
    await cluster.put(cluster.keys.monitor('web-2'), { type: 'tcp', host: '127.0.0.1', port: 1, interval: '1h' });
    node = await cluster.node('server');
    await waitFor(async () => (await cluster.get<{ incident: unknown }>(cluster.keys.state('web-1')))?.incident);
    await waitFor(async () => (await ask('get', 'states', 'web-2')).code === 0);
  });
  afterAll(() => cluster.stop());

  it('previews, adds, lists and expires silences', async () => {
    const preview = await ask('silence', 'preview', '--name', 'web-*', '--tag', 'shop');
    expect(preview).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^1 monitor, 1 open incident\n {2}web-1: critical since /),
    });
    const added = await ask('silence', 'add', '--name', 'web-*', '--for', '2h', '--comment', 'update');
    expect(added).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^added silence \w+ until \S+Z: it matches 2 monitors, /),
    });
    const id = added.stdout.split(' ')[2] ?? '';
    expect((await ask('silence', 'list')).stdout).toMatch(new RegExp(`${id} +active .* name=web-\\* .*kim +update`));
    expect(await ask('silence', 'expire', id)).toMatchObject({ code: 0, stdout: `expired silence ${id}\n` });
    expect((await ask('silence', 'list')).stdout).not.toContain(id);
    expect((await ask('silence', 'list', '--all')).stdout).toContain(`${id}  expired`);
  });

  it('says what is missing', async () => {
    expect(await ask('silence', 'add', '--for', '1h', '--comment', 'x')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('expected at least one of --name, --tag'),
    });
    expect(await ask('silence', 'add', '--name', 'a', '--comment', 'x')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('a silence needs --for or --until, and a --comment'),
    });
    expect(await ask('silence', 'expire', 'nothing')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('there is no silence "nothing"'),
    });
  });

  it('pushes maintenance windows with the rest, and takes them away', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'ninevolt-windows-'));
    const web = { type: 'tcp', host: '127.0.0.1', port: 1, interval: '1s', tags: ['shop'] };
    const weekly = { match: { tags: ['shop'] }, schedule: '* * * * *', duration: '2m', mode: 'stop' };
    const push = (files: object): ReturnType<typeof run9volt> => {
      writeFileSync(join(directory, 'all.yaml'), stringify(files));
      return run9volt(['cfg', directory, '-e', cluster.etcd.endpoint]);
    };
    try {
      const monitor = { 'web-1': web, 'web-2': { ...web, interval: '1h', tags: [] } };
      expect(await push({ monitor, maintenance: { weekly } })).toMatchObject({ code: 0 });
      await waitFor(async () =>
        (await ask('get', 'states', 'web-1', '-o', 'json')).stdout.includes('"status": "maintenance"'),
      );
      const exported = await run9volt(['cfg', 'export', '-e', cluster.etcd.endpoint]);
      expect(exported.stdout).toContain('maintenance:\n  weekly:\n');
      expect(await push({ monitor })).toMatchObject({ code: 0 });
      await waitFor(async () =>
        (await ask('get', 'states', 'web-1', '-o', 'json')).stdout.includes('"status": "critical"'),
      );
    } finally {
      rmSync(directory, { recursive: true });
    }
  });

  it('acknowledges an incident', async () => {
    expect(await ask('ack', 'web-1', '--comment', 'on it')).toMatchObject({
      code: 0,
      stdout: 'acknowledged web-1 (critical)\n',
    });
    expect(await ask('unack', 'web-1')).toMatchObject({ code: 0 });
    expect(await ask('unack', 'web-1')).toMatchObject({ code: 1, stderr: expect.stringContaining('not acknowledged') });
  });
});
