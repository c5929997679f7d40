import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type HttpTarget, startHttpTarget } from '@9volt/monitors/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type ApiDocument, Cluster, EventStream, type NodeProcess, run9volt, waitFor } from '../harness/index.js';

const OF_TARGET = 'canary-of-the-target-5d1f';
const OF_ALERTER = 'canary-of-the-alerter-8e2c';
const IN_ADDRESS = 'canary-in-the-address-77aa';
const CANARIES = [OF_TARGET, OF_ALERTER, IN_ADDRESS];

/** Repeats the request that it got, like a debugging page. */
async function startEcho(): Promise<HttpTarget> {
  return startHttpTarget({
    answer: ({ headers, url }, response) =>
      void response.setHeader('Content-Type', 'text/plain').end(`you sent ${url} ${headers.authorization ?? ''}`),
  });
}

describe('secrets that only the worker has', () => {
  let cluster: Cluster;
  let node: NodeProcess;
  let target: HttpTarget;
  let receiver: HttpTarget;
  let stream: EventStream;
  let directory: string;

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'ninevolt-e2e-'));
    writeFileSync(join(directory, 'token'), `${OF_ALERTER}\n`, { mode: 0o600 });
    cluster = await Cluster.start();
    target = cluster.use(await startEcho());
    receiver = cluster.use(await startEcho());
    node = await cluster.node('server', {
      args: ['--debug', '--secret-sources', `env:HOOK,env:TARGET_TOKEN,env:NO_SUCH_*,file:${directory}/`],
      env: { TARGET_TOKEN: OF_TARGET, HOOK: `${receiver.url}/hooks/${IN_ADDRESS}` },
    });
    stream = await EventStream.open(`${node.url}/api/v1/stream`);
    await cluster.put(cluster.keys.alerter('hook'), {
      type: 'http',
      options: {
        url: '${env:HOOK}',
        headers: { Authorization: `Bearer \${file:${join(directory, 'token')}}` },
      },
    });
    await cluster.put(cluster.keys.monitor('page'), {
      type: 'http',
      host: target.host,
      port: target.port,
      headers: { Authorization: 'Bearer ${env:TARGET_TOKEN}' },
      expect: 'all is well',
      interval: '500ms',
      'critical-alerter': ['hook'],
    });
    await cluster.put(cluster.keys.monitor('without'), {
      type: 'http',
      host: target.host,
      port: target.port,
      headers: { Authorization: '${env:NO_SUCH_VARIABLE}' },
      interval: '500ms',
    });
  });

  afterAll(async () => {
    stream.close();
    await cluster.stop();
    rmSync(directory, { recursive: true });
  });

  it('reach the target and the alerter', async () => {
    await waitFor(() => receiver.requests.length > 0, { timeoutMs: 20_000 });
    expect(target.requests[0]?.headers.authorization).toBe(`Bearer ${OF_TARGET}`);
    expect(receiver.requests[0]).toMatchObject({
      url: `/hooks/${IN_ADDRESS}`,
      headers: { authorization: `Bearer ${OF_ALERTER}` },
    });
  });

  it('make a check unknown if they cannot be read, with the reason', async () => {
    await waitFor(async () => (await cluster.statusOf('without')) === 'unknown', { timeoutMs: 20_000 });
    expect(await cluster.get(cluster.keys.state('without'))).toMatchObject({
      message: 'headers: this worker cannot read ${env:NO_SUCH_VARIABLE}: the variable is not set',
    });
  });

  it('are nowhere else: not in etcd, an answer, the stream, an export or the log', async () => {
    const incidents = (): Promise<Map<string, { notifications: { answer: string }[] }>> =>
      cluster.list(cluster.keys.incidents);
    await waitFor(async () => [...(await incidents()).values()].some((one) => one.notifications.length > 0));
    await stream.next('state', ({ check }) => check === 'page');

    const stored = (await cluster.client.list(cluster.keys.root)).entries.map(({ key, value }) => `${key} ${value}`);
    const shown = new Map<string, string>([
      ['etcd', stored.join('\n')],
      ['stream', stream.text],
      ['export', (await run9volt(['cfg', 'export', '-e', cluster.etcd.endpoint])).stdout],
    ]);
    const { paths } = (await (await fetch(`${node.url}/openapi.json`)).json()) as ApiDocument;
    for (const [path, operations] of Object.entries(paths)) {
      if (!operations['get'] || path.endsWith('/stream')) continue;
      for (const name of ['page', 'hook']) {
        const at = path.replace(/\{\w+\}/, name);
        shown.set(`GET ${at}`, await (await fetch(`${node.url}${at}`)).text());
      }
    }
    for (const [path, name] of [
      ['monitor', 'page'],
      ['alerter', 'hook'],
    ] as const) {
      const tested = await fetch(`${node.url}/api/v1/${path}/${name}/${path === 'monitor' ? 'run' : 'test'}`, { method: 'POST' }); // prettier-ignore
      expect(tested.status).toBe(200);
      shown.set(`POST ${path}`, await tested.text());
    }
    await waitFor(() => node.output.includes('"page"') || node.output.includes('page'));
    shown.set('log', node.output);

    // They appear by name, and were masked where the target repeated them.
    expect(shown.get('etcd')).toContain('Bearer ${env:TARGET_TOKEN}');
    expect(shown.get('etcd')).toContain('you sent / ********');
    expect(shown.get('POST alerter')).toContain('you sent ******** ********');
    const telling = [...shown].filter(([, text]) => CANARIES.some((canary) => text.includes(canary)));
    expect(telling).toEqual([]);
  });
});
