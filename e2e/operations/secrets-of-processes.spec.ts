import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { EtcdClient } from '@9volt/etcd-dal';
import { type HttpTarget, startHttpTarget } from '@9volt/monitors/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { someOf } from '@9volt/testing';
import { type ApiDocument, Cluster, EventStream, type NodeProcess, run9volt, waitFor } from '../harness/index.js';

const run = promisify(execFile);

const SECRETS = {
  'password of etcd': 'canary-etcd-3f0a',
  'access token': 'canary-access-61bd',
  'token of a job': 'canary-push-token-9c27',
  'password of a monitor': 'canary-basic-b81e',
  'the same, as it is sent': Buffer.from('shop:canary-basic-b81e').toString('base64'),
  'bearer token of a monitor': 'canary-bearer-0d55',
  'header of a monitor': 'canary-header-47ce',
  'key of an alerter': 'canary-hmac-aa19',
  'header of an alerter': 'canary-hook-e730',
};
const TOKEN = SECRETS['access token'];
const WITH_TOKEN = { headers: { 'x-access-token': TOKEN } };
const USERPASS = `root:${SECRETS['password of etcd']}`;

/** The secrets in a text, by name. */
const toldBy = (text: string): string[] =>
  Object.entries(SECRETS).flatMap(([name, secret]) => (text.includes(secret) ? [name] : []));

/** Shows the request that it got, like a debugging page; never healthy. */
const startEcho = (status: number): Promise<HttpTarget> =>
  startHttpTarget({
    answer: ({ headers, url }, response) =>
      void response.writeHead(status).end(`${url} ${headers.authorization ?? ''} ${String(headers['x-key'] ?? '')}`),
  });

describe('secrets in the configuration of monitors, alerters and processes', () => {
  let cluster: Cluster;
  let nodes: Record<'scheduler' | 'worker' | 'api', NodeProcess>;
  let target: HttpTarget;
  let receiver: HttpTarget;
  let stream: EventStream;
  let etcd: EtcdClient;

  const ask = async (node: NodeProcess, path: string, init: RequestInit = {}): Promise<string> =>
    (await fetch(`${node.url}${path}`, { ...WITH_TOKEN, ...init })).text();

  beforeAll(async () => {
    cluster = await Cluster.start();
    target = cluster.use(await startEcho(200));
    receiver = cluster.use(await startEcho(403));
    await configure();
    await demandPassword();
    const env = { NINEV_ETCD_USERPASS: USERPASS, NINEV_ACCESS_TOKENS: TOKEN };
    const start = (role: 'scheduler' | 'worker' | 'api'): Promise<NodeProcess> =>
      cluster.node(role, { name: role, args: ['--debug'], env });
    nodes = { scheduler: await start('scheduler'), worker: await start('worker'), api: await start('api') };
    stream = await EventStream.open(`${nodes.api.url}/api/v1/stream`, WITH_TOKEN.headers);
    const [username = '', password = ''] = USERPASS.split(':');
    etcd = new EtcdClient({ members: [cluster.endpoints], username, password });
  });

  afterAll(async () => {
    stream.close();
    etcd.close();
    await cluster.stop();
  });

  async function configure(): Promise<void> {
    const { keys } = cluster;
    const page = { type: 'http', host: target.host, port: target.port, interval: '500ms', expect: 'all is well' };
    const told = { ...page, 'critical-alerter': ['hook'] };
    const monitors = {
      basic: { ...told, username: 'shop', password: SECRETS['password of a monitor'] },
      bearer: { ...told, 'bearer-token': SECRETS['bearer token of a monitor'] },
      header: { ...told, headers: { 'X-Key': SECRETS['header of a monitor'] } },
      job: { type: 'push', token: SECRETS['token of a job'], interval: '1h' },
    };
    for (const [name, monitor] of Object.entries(monitors)) await cluster.put(keys.monitor(name), monitor);
    await cluster.put(keys.alerter('hook'), {
      type: 'http',
      options: {
        url: receiver.url,
        'hmac-secret': SECRETS['key of an alerter'],
        headers: { 'X-Key': SECRETS['header of an alerter'] },
      },
    });
  }

  async function demandPassword(): Promise<void> {
    const env = { ...process.env, ETCDCTL_API: '3', ETCDCTL_ENDPOINTS: cluster.endpoints };
    await run('etcdctl', ['user', 'add', USERPASS], { env });
    await run('etcdctl', ['user', 'grant-role', 'root', 'root'], { env });
    await run('etcdctl', ['auth', 'enable'], { env });
  }

  it('reach their destinations', async () => {
    await waitFor(() => receiver.requests.length >= 3 && target.requests.length >= 3, { timeoutMs: 30_000 });
    const sent = target.requests.map(({ headers }) => `${headers.authorization} ${String(headers['x-key'])}`).join();
    expect(toldBy(sent)).toEqual(['the same, as it is sent', 'bearer token of a monitor', 'header of a monitor']);
    expect(receiver.requests[0]?.headers['x-key']).toBe(SECRETS['header of an alerter']);
    const called = await ask(nodes.api, `/api/v1/push/${SECRETS['token of a job']}?status=critical`, {
      method: 'POST',
    });
    expect(called).not.toContain('error');
  });

  it('are in no answer of any process, and not in the stream', async () => {
    await stream.next('state', ({ check }) => check === 'job');
    const shown = new Map([['stream', stream.text]]);
    const { paths } = JSON.parse(await ask(nodes.api, '/openapi.json')) as ApiDocument;
    for (const [path, { get }] of Object.entries(paths)) {
      if (!get || path.endsWith('/stream')) continue;
      for (const name of path.includes('{') ? ['basic', 'bearer', 'header', 'job', 'hook'] : ['']) {
        const at = path.replace(/\{\w+\}/, name);
        shown.set(`GET ${at}`, await ask(nodes.api, at));
      }
    }
    for (const node of [nodes.scheduler, nodes.worker]) {
      for (const path of ['/livez', '/readyz', '/metrics', '/version', '/status/check', '/status/errors']) {
        shown.set(`${node.role} ${path}`, await ask(node, path));
      }
    }
    shown.set('run', await ask(nodes.api, '/api/v1/monitor/basic/run', { method: 'POST' }));
    shown.set('test', await ask(nodes.api, '/api/v1/alerter/hook/test', { method: 'POST' }));
    expect(shown.size).toBeGreaterThan(40);
    // The repeated text is there, without the secret.
    expect(shown.get('GET /api/v1/state/bearer')).toContain("'/ ******** '");
    expect([...shown].map(([where, text]) => [where, toldBy(text)]).filter(([, told]) => told?.length)).toEqual([]);
  });

  it('are in no result, notification or event in etcd', async () => {
    const { keys } = cluster;
    for (const prefix of [keys.states, keys.incidents, keys.events, keys.outbox, keys.members]) {
      const { entries } = await etcd.list(prefix);
      expect([prefix, toldBy(entries.map(({ value }) => value.toString()).join('\n'))]).toEqual([prefix, []]);
    }
  });

  it('are in no output of a command', async () => {
    const env = {
      NINEV_ETCD_USERPASS: USERPASS,
      NINEV_ETCD_MEMBERS: cluster.endpoints,
      NINEV_ACCESS_TOKENS: TOKEN,
      NINEV_API_URL: nodes.api.url,
    };
    for (const args of [['doctor'], ['cfg', 'cluster'], ['health', nodes.worker.url]]) {
      const { stdout, stderr } = await run9volt(args, { env });
      expect([args, toldBy(stdout + stderr)]).toEqual([args, []]);
    }
    const wrong = await run9volt(['doctor'], { env: { ...env, NINEV_ETCD_USERPASS: `${USERPASS}-not` } });
    expect(toldBy(wrong.stdout + wrong.stderr)).toEqual([]);
  });

  it('are in no log, not even about single results, refusals and the end', async () => {
    for (const node of Object.values(nodes)) {
      await ask(node, '/metrics', { headers: { 'x-access-token': `${TOKEN}-not` } });
      await ask(node, `/nowhere/${TOKEN}`);
    }
    await ask(nodes.api, `/api/v1/push/${SECRETS['token of a job']}/more`, { method: 'POST' });
    await waitFor(() => /"component":"check"/.test(nodes.worker.output));
    for (const node of Object.values(nodes)) await node.stop();
    for (const { role, output } of someOf(Object.values(nodes))) {
      expect(output).toContain('"level":"debug"');
      expect({ role, told: toldBy(output) }).toEqual({ role, told: [] });
    }
  });
});
