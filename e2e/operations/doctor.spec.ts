import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { promisify } from 'node:util';
import { startEtcd, type TestEtcd } from '@9volt/etcd-dal/testing';
import { startHttpTarget } from '@9volt/monitors/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Cluster, MAIN, run9volt } from '../harness/index.js';

interface Finding {
  subject: string;
  verdict: string;
  found: string;
  advice?: string;
}

const run = promisify(execFile);
const FAKETIME = ['x86_64', 'aarch64']
  .map((arch) => `/usr/lib/${arch}-linux-gnu/faketime/libfaketime.so.1`)
  .find((file) => existsSync(file));

/** The doctor's findings about a subject, and its exit code. */
async function diagnosed(
  etcd: string,
  subject: string,
  options: { args?: string[]; env?: Record<string, string> } = {},
): Promise<{ code: number | null; said: string; verdict: string }> {
  const { code, stdout, stderr } = await run9volt(
    ['doctor', '-o', 'json', '-e', etcd, ...(options.args ?? [])],
    options.env ? { env: options.env } : {},
  );
  if (stdout === '') throw new Error(stderr);
  const finding = (JSON.parse(stdout) as Finding[]).find((one) => one.subject.startsWith(subject));
  return {
    code,
    said: finding ? `${finding.found} → ${finding.advice ?? ''}` : 'nothing',
    verdict: finding?.verdict ?? 'none',
  };
}

describe('the doctor, with an etcd that does not work', () => {
  it.each([
    ['http://127.0.0.1:1', /nothing listens there/],
    ['http://no-such-host.invalid:2379', /cannot resolve the host name/],
  ])('says what is wrong with %s', async (etcd, said) => {
    expect(await diagnosed(etcd, 'etcd')).toMatchObject({
      code: 1,
      verdict: 'problem',
      said: expect.stringMatching(said),
    });
  });

  it('says that the server is not an etcd', async () => {
    const target = await startHttpTarget();
    try {
      expect(await diagnosed(target.url, 'etcd')).toMatchObject({
        code: 1,
        said: expect.stringContaining('check that etcd listens'),
      });
    } finally {
      await target.close();
    }
  });
});

describe('the doctor, with an etcd that has users', () => {
  let etcd: TestEtcd;

  beforeAll(async () => {
    etcd = await startEtcd();
    const commands = [
      ['user', 'add', 'root:secret'],
      ['role', 'add', 'elsewhere'],
      ['role', 'grant-permission', 'elsewhere', '--prefix=true', 'readwrite', '/other/'],
      ['user', 'add', 'guest:guest'],
      ['user', 'grant-role', 'guest', 'elsewhere'],
      ['user', 'grant-role', 'root', 'root'],
      ['auth', 'enable'],
    ];
    for (const command of commands)
      await run('etcdctl', [`--endpoints=${etcd.endpoint}`, ...command], { env: { ...process.env, ETCDCTL_API: '3' } });
  });
  afterAll(() => etcd.stop());

  it.each<[string, string[], string, RegExp]>([
    ['no user', [], 'permission', /user name is empty|requires a user|may not read/],
    ['a wrong password', ['-U', 'root:wrong'], 'etcd', /check the user and the password/],
    [
      'a role for another prefix',
      ['-U', 'guest:guest'],
      'permission',
      /grant-permission <role> --prefix=true read(write)? \/9volt\//,
    ],
  ])('says what follows from %s', async (_what, args, subject, said) => {
    const finding = await diagnosed(etcd.endpoint, subject, { args });
    expect(finding).toMatchObject({ code: 1, verdict: 'problem', said: expect.stringMatching(said) });
  });

  it('finds nothing wrong with the right one', async () => {
    const args = ['-U', 'root:secret'];
    expect(await diagnosed(etcd.endpoint, 'permission', { args })).toMatchObject({ verdict: 'ok' });
  });

  it('knows that its JSON gateway asks for a user', async () => {
    const args = ['-U', 'root:secret'];
    expect(await diagnosed(etcd.endpoint, 'gateway', { args })).toMatchObject({
      verdict: 'ok',
      said: expect.stringContaining('asks for a user'),
    });
  });
});

describe('the doctor of a cluster', () => {
  let cluster: Cluster;

  beforeAll(async () => {
    cluster = await Cluster.start(['--quota-backend-bytes=16000000']);
  });
  afterAll(() => cluster.stop());

  const of = (subject: string, env?: Record<string, string>): ReturnType<typeof diagnosed> =>
    diagnosed(cluster.etcd.endpoint, subject, env ? { env } : {});

  it('reports missing schedulers and workers', async () => {
    expect(await of('leader')).toMatchObject({ code: 1, said: expect.stringContaining('start one: 9volt scheduler') });
    expect(await of('workers')).toMatchObject({ code: 1, said: expect.stringContaining('start one: 9volt worker') });
  });

  it('finds an etcd whose JSON gateway answers web pages, and only that', async () => {
    const said = expect.stringMatching(/answers without a user.*--enable-grpc-gateway=false/);
    expect(await of('gateway')).toMatchObject({ code: 1, verdict: 'warning', said });
    const closed = await startEtcd({ args: ['--enable-grpc-gateway=false'] });
    try {
      expect(await diagnosed(closed.endpoint, 'gateway')).toMatchObject({ verdict: 'ok' });
    } finally {
      await closed.stop();
    }
  });

  it('names configurations that are invalid, notify nobody or run nowhere', async () => {
    const web = { type: 'http', host: '127.0.0.1', port: 9, interval: '1h' };
    await cluster.put(cluster.keys.monitor('broken'), '{"type": "http"');
    await cluster.put(cluster.keys.monitor('unheard'), { ...web, 'critical-alerter': ['nobody'] });
    await cluster.put(cluster.keys.monitor('far'), { ...web, 'member-tag': 'moon' });
    expect(await of('configuration')).toMatchObject({
      verdict: 'warning',
      said: expect.stringContaining('monitor broken'),
    });
    expect(await of('alerters')).toMatchObject({ verdict: 'warning', said: expect.stringContaining('unheard') });
    expect(await of('places')).toMatchObject({ verdict: 'warning', said: expect.stringContaining('far') });
  });

  it('finds nothing wrong with a working cluster, and exits with 0', async () => {
    const server = await cluster.node('server', { name: 'only' });
    expect(await of('leader')).toMatchObject({ code: 0, verdict: 'ok' });
    expect(await of('workers')).toMatchObject({ code: 0, verdict: 'ok' });
    expect(await of('links')).toMatchObject({
      verdict: 'warning',
      said: expect.stringMatching(/alerts of only have no link .*--public-url/),
    });
    await cluster.put(cluster.keys.drain('only'), {});
    expect(await of('workers')).toMatchObject({ code: 1, said: expect.stringContaining('9volt undrain') });
    await server.stop();
  });

  (FAKETIME === undefined ? it.skip : it)('reports a wrong clock', async () => {
    const env = { LD_PRELOAD: FAKETIME as string, FAKETIME: '+1h', FAKETIME_DONT_FAKE_MONOTONIC: '1' };
    expect(await of('clock', env)).toMatchObject({ verdict: 'warning', said: expect.stringMatching(/ahead of .*NTP/) });
    expect(await of('clock')).toMatchObject({ verdict: 'ok' });
  });

  it('reports a missing fping', async () => {
    const { verdict, said } = await of('icmp');
    if (existsSync('/usr/bin/fping')) expect(verdict).toBe('ok');
    else expect(said).toContain('apt-get install fping');
  });

  it('warns if too few files may be open', async () => {
    const doctor = `ulimit -n 512 && exec "$@"`;
    const args = [process.execPath, MAIN, 'doctor', '-o', 'json', '-e', cluster.etcd.endpoint];
    // It exits with 1 here, because there is no scheduler.
    const { stdout } = await run('sh', ['-c', doctor, 'sh', ...args]).catch((error: { stdout: string }) => error);
    const finding = (JSON.parse(stdout) as Finding[]).find(({ subject }) => subject === 'open files');
    expect(finding).toMatchObject({ verdict: 'warning', advice: expect.stringContaining('LimitNOFILE') });
  });

  it('reports invalid heartbeats', async () => {
    const config = await cluster.get<object>(cluster.keys.config);
    await cluster.put(cluster.keys.config, { ...config, HeartbeatInterval: '5s', HeartbeatTimeout: '6s' });
    expect(await of('config')).toMatchObject({ code: 1, said: expect.stringContaining('at most half') });
  });

  it('reports an etcd that is out of space', async () => {
    const value = 'x'.repeat(400_000);
    const filled = async (): Promise<void> => {
      for (let n = 0; ; n++) await cluster.put('/filler', `${n}${value}`);
    };
    await expect(filled()).rejects.toMatchObject({ kind: 'no-space' });
    expect(await of('etcd')).toMatchObject({ code: 1, said: expect.stringMatching(/NOSPACE.*etcdctl defrag/) });
  });
});
