import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { EtcdClient } from '@9volt/etcd-dal';
import { startHttpTarget } from '@9volt/monitors/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { stringify } from 'yaml';
import { Cluster, type EtcdUser, type NodeProcess, run9volt, SecuredEtcd, waitFor } from '../harness/index.js';

const TOKEN_TTL_S = 2;
const JOB_TOKEN = 'token-of-the-nightly-job';

describe('an etcd with TLS, client certificates and a user for each role', () => {
  let secured: SecuredEtcd;
  let cluster: Cluster;
  let target: Awaited<ReturnType<typeof startHttpTarget>>;
  let hook: Awaited<ReturnType<typeof startHttpTarget>>;
  let api: NodeProcess;
  const clients: EtcdClient[] = [];

  const start = (role: 'scheduler' | 'worker' | 'api', name: string): Promise<NodeProcess> =>
    cluster.node(role, { name, env: secured.envOf(role) });
  const as = (user: EtcdUser, ...args: string[]): ReturnType<typeof run9volt> =>
    run9volt(args, { env: { ...secured.envOf(user), ...(api ? { NINEV_API_URL: api.url } : {}) } });
  const clientOf = (user: EtcdUser): EtcdClient => {
    const client = new EtcdClient({ ...secured.accessOf(user), members: [secured.etcd.endpoint] });
    clients.push(client);
    return client;
  };
  const told = (): string[] => hook.requests.map(({ body }) => (JSON.parse(body) as { type: string }).type);
  const denials = (): string[] =>
    cluster.nodes.flatMap(({ name, output }) =>
      output
        .split('\n')
        .filter((line) => /denied|not granted|user name is empty/.test(line))
        .map((line) => `${name}: ${line}`),
    );

  beforeAll(async () => {
    secured = await SecuredEtcd.start([`--auth-token-ttl=${TOKEN_TTL_S}`]);
    cluster = Cluster.on(secured.etcd, secured.accessOf('root'));
    [target, hook] = await Promise.all([startHttpTarget(), startHttpTarget()]);
    cluster.use(target);
    cluster.use(hook);
    mkdirSync(secured.path('cfg'));
    const monitor = {
      web: { type: 'http', host: target.host, port: target.port, interval: '500ms', 'critical-alerter': ['hook'] },
      nightly: { type: 'push', token: JOB_TOKEN, interval: '1h' },
    };
    const alerter = { hook: { type: 'http', options: { url: hook.url } } };
    writeFileSync(join(secured.path('cfg'), 'all.yaml'), stringify({ monitor, alerter }));
  });
  afterAll(async () => {
    for (const client of clients) client.close();
    await cluster.stop();
    await secured.stop();
  });

  it('lets each role do its work, and denies it nothing', async () => {
    await Promise.all([start('scheduler', 's1'), start('worker', 'w1'), start('worker', 'w2')]);
    api = await start('api', 'a1');
    expect(await as('operator', 'cfg', secured.path('cfg'))).toMatchObject({ code: 0 });
    await waitFor(async () => (await cluster.statusOf('web')) === 'ok');
    target.mode = 'fail';
    await waitFor(() => told().includes('critical'));
    target.mode = 'ok';
    await waitFor(() => told().includes('resolve'));

    const run = await fetch(`${api.url}/api/v1/monitor/web/run`, { method: 'POST' });
    expect([run.status, await run.json()]).toEqual([200, expect.objectContaining({ status: 'ok' })]);
    expect(await as('operator', 'test-alerter', 'hook')).toMatchObject({ code: 0, stderr: '' });
    expect((await fetch(`${api.url}/api/v1/push/${JOB_TOKEN}`, { method: 'POST' })).status).toBe(200);
    await waitFor(async () => (await cluster.statusOf('nightly')) === 'ok');
    expect(await as('operator', 'drain', 'w1', '--wait')).toMatchObject({ code: 0 });
    expect(await as('operator', 'backup', secured.path('backup.json'))).toMatchObject({ code: 0 });
    expect(await as('operator', 'restore', secured.path('backup.json'))).toMatchObject({ code: 0 });
    const events = (await (await fetch(`${api.url}/api/v1/event`)).json()) as { items: { type: string }[] };
    expect(JSON.stringify(events)).toContain('"member-joined"');
    await cluster.nodes.find(({ name }) => name === 'w1')?.stop();
    expect(denials()).toEqual([]);
  });

  it.each<[EtcdUser, string, boolean]>([
    ['worker', '/9volt/state/web', true],
    ['worker', '/9volt/monitor/web', false],
    ['worker', '/9volt/alerter/hook', false],
    ['worker', '/9volt/config', false],
    ['worker', '/9volt/cluster/director', false],
    ['worker', '/9volt/cluster/drain/w2', false],
    ['worker', '/elsewhere', false],
    ['scheduler', '/9volt/cluster/assignments/w2/web', true],
    ['scheduler', '/9volt/monitor/web', false],
    ['scheduler', '/9volt/state/web', false],
    ['api', '/9volt/monitor/web', true],
    ['api', '/9volt/cluster/assignments/w2/web', false],
    ['api', '/9volt/state/web', false],
    ['operator', '/9volt/monitor/web', true],
    ['operator', '/9volt/cluster/members/w2', false],
    ['operator', '/9volt/state/web', false],
    ['viewer', '/9volt/state/web', false],
    ['viewer', '/9volt/monitor/web', false],
  ])('of %s, whether it may write %s: %s', async (user, key, allowed) => {
    // Never true, so it writes nothing.
    const never = { key, target: 'create', value: -1 } as const;
    const writing = clientOf(user).txn({ compare: [never], then: [{ put: key, value: '' }, { delete: `${key}0` }] });
    if (allowed) expect(await writing).toMatchObject({ succeeded: false });
    else await expect(writing).rejects.toMatchObject({ kind: 'denied' });
  });

  it.each<[EtcdUser, string, boolean]>([
    ['viewer', '/9volt/state/web', true],
    ['viewer', '/9volt/alerter/hook', false],
    ['viewer', '/9volt/request/1', false],
    ['worker', '/9volt/alerter/hook', true],
    ['worker', '/9volt/monitor/web', false],
    ['operator', '/9volt/state/web', false],
    ['api', '/elsewhere', false],
  ])('of %s, whether it may read %s: %s', async (user, key, allowed) => {
    const reading = clientOf(user).get(key);
    if (allowed) await reading;
    else await expect(reading).rejects.toMatchObject({ kind: 'denied' });
  });

  it('continues when tokens expire, and when a restarted etcd knows none of them', async () => {
    const alarm = async (): Promise<void> => {
      const before = told().length;
      target.mode = 'fail';
      await waitFor(() => told().slice(before).includes('critical'), { what: 'an alarm' });
      target.mode = 'ok';
      await waitFor(() => told().slice(before).includes('resolve'), { what: 'a resolve' });
    };
    await sleep(2_000 * TOKEN_TTL_S);
    await alarm();
    await secured.etcd.restart();
    for (const node of cluster.nodes.filter(({ hasEnded }) => !hasEnded)) await node.ready();
    await alarm();
    const run = await fetch(`${api.url}/api/v1/monitor/web/run`, { method: 'POST' });
    expect(run.status).toBe(200);
    expect(denials()).toEqual([]);
  });

  it("is named by the doctor, with a role's missing permissions", async () => {
    const permission = async (user: EtcdUser, ...args: string[]): Promise<unknown> => {
      const { stdout } = await as(user, 'doctor', '-o', 'json', ...args);
      return (JSON.parse(stdout) as { subject: string }[]).find(({ subject }) => subject === 'permission');
    };
    expect(await permission('worker', '--role', 'worker')).toMatchObject({ verdict: 'ok' });
    expect(await permission('viewer', '--role', 'worker')).toMatchObject({
      verdict: 'problem',
      found: expect.stringContaining('write /9volt/state/'),
      advice: expect.stringContaining('create-access.sh'),
    });
    const { stdout } = await as('operator', 'doctor', '--role', 'operator');
    expect(stdout).toMatch(/^ok +permission: has the permissions of: operator$/m);
    expect(stdout).toMatch(/^ok +leader: /m);
  });
});
