import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startSlackStandIn } from '@9volt/alerters/testing';
import { startDnsmasq, startHttpTarget, startTcpTarget } from '@9volt/monitors/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { stringify } from 'yaml';
import { Cluster, type NodeProcess, run9volt, waitFor } from './harness/index.js';

interface Stored {
  type: string;
  monitor?: string;
}

/** The faults of the first 9volt from which its users suffered: none of them here. */
describe('faults of the original', () => {
  let cluster: Cluster;
  let server: NodeProcess;
  let worker: NodeProcess;
  let http: Awaited<ReturnType<typeof startHttpTarget>>;
  let tcp: Awaited<ReturnType<typeof startTcpTarget>>;
  let dns: Awaited<ReturnType<typeof startDnsmasq>>;
  let slack: Awaited<ReturnType<typeof startSlackStandIn>>;
  let directory: string;

  beforeAll(async () => {
    cluster = await Cluster.start();
    http = cluster.use(await startHttpTarget());
    tcp = cluster.use(await startTcpTarget());
    dns = cluster.use(await startDnsmasq(['--address=/service.test/192.0.2.7']));
    slack = cluster.use(await startSlackStandIn());
    directory = mkdtempSync(join(tmpdir(), 'ninevolt-faults-'));
    [server, worker] = await Promise.all([cluster.node('server'), cluster.node('worker', { name: 'second' })]);
    await cluster.put(cluster.keys.alerter('chat'), slack.alerter);
    await put('steady', page('/steady', { interval: '200ms' }));
    await status('steady', 'ok');
  });
  afterAll(async () => {
    await cluster.stop();
    rmSync(directory, { recursive: true });
  });

  const put = (name: string, settings: object | string): Promise<number> =>
    cluster.put(cluster.keys.monitor(name), settings);
  const page = (url: string, more: object = {}): object => ({
    type: 'http',
    host: http.host,
    port: http.port,
    url,
    interval: '1s',
    ...more,
  });
  const question = (more: object = {}): object => ({
    type: 'dns',
    host: dns.host,
    port: dns.port,
    'dns-target': 'service.test',
    interval: '1s',
    ...more,
  });
  const status = (name: string, wanted: string): Promise<unknown> =>
    waitFor(async () => (await cluster.statusOf(name)) === wanted, { what: `${name} to be ${wanted}` });
  const runsOf = (url: string): number => http.requests.filter((request) => request.url === url).length;
  const refusals = async (like: RegExp): Promise<string[]> =>
    [...(await cluster.list<Stored>(cluster.keys.events)).values()]
      .filter(({ type, monitor }) => type === 'config-refused' && like.test(monitor ?? ''))
      .map(({ monitor }) => monitor as string);
  /** All nodes are alive, and an unrelated check still runs. */
  const expectUnharmed = async (): Promise<void> => {
    const seen = runsOf('/steady');
    await waitFor(() => runsOf('/steady') > seen + 1);
    expect([server.hasEnded, worker.hasEnded]).toEqual([false, false]);
  };
  const write = (name: string, text: string): string => {
    const folder = join(directory, name);
    mkdirSync(folder);
    writeFileSync(join(folder, 'monitors.yaml'), text);
    return folder;
  };
  const cfg = (folder: string, ...args: string[]): ReturnType<typeof run9volt> =>
    run9volt(['cfg', folder, '-e', cluster.etcd.endpoint, ...args]);

  it('1: an invalid dns expectation harms no member', async () => {
    await put('bad-regex', question({ expect: '(' }));
    await waitFor(async () => (await refusals(/^bad-regex$/)).length === 1);
    await expectUnharmed();
  });

  it('2: a dry run deletes nothing', async () => {
    const before = (await cluster.list(cluster.keys.monitors)).size;
    const { code, stdout } = await cfg(
      write('dry', stringify({ monitor: { other: page('/other') } })),
      '--dryrun',
      '--prune-all',
      '--force',
    );
    expect(code).toBe(0);
    expect(stdout).toContain('would have removed monitor steady');
    expect((await cluster.list(cluster.keys.monitors)).size).toBe(before);
  });

  it('3: a file that does not parse ends the whole sync with exit code 1, and nothing is deleted', async () => {
    const folder = write('broken', 'monitor:\n  steady: [\n');
    writeFileSync(join(folder, 'good.yaml'), stringify({ monitor: { other: page('/other') } }));
    const { code, stderr } = await cfg(folder);
    expect(code).toBe(1);
    expect(stderr).toMatch(/monitors\.yaml:\d+/);
    expect([...(await cluster.list(cluster.keys.monitors)).keys()].sort()).toEqual(['bad-regex', 'steady']);
  });

  it('7: a dns expectation that matches nothing is a failure, also without an expected count', async () => {
    await put('unmatched', question({ expect: '198\\.51\\.100\\.' }));
    await status('unmatched', 'critical');
  });

  it('8: http needs no status-code, and a query string arrives as it was written', async () => {
    await put('query', page('/search?q=a%20b&page=2'));
    await status('query', 'ok');
    expect(runsOf('/search?q=a%20b&page=2')).toBeGreaterThan(0);
  });

  it('9: dns without a record type runs, and asks for A', async () => {
    await put('address', question({ expect: 'IN A 192\\.0\\.2\\.7' }));
    await status('address', 'ok');
  });

  it('10: a check every 100 ms stays in the state, a deleted one does not', async () => {
    const listed = async (): Promise<string[]> =>
      ((await (await fetch(`${server.url}/api/v1/state`)).json()) as { check: string }[]).map(({ check }) => check);
    await put('often', page('/often', { interval: '100ms' }));
    await waitFor(async () => (await listed()).includes('often'));
    await waitFor(() => runsOf('/often') > 15);
    expect(await listed()).toContain('often');
    await cluster.delete(cluster.keys.monitor('often'));
    await waitFor(async () => !(await listed()).includes('often'));
    await waitFor(async () => (await cluster.statusOf('often')) === undefined);
  });

  it('12: malformed JSON stops nothing else', async () => {
    await put('malformed', '{"type": "http", "host"');
    await put('after', page('/after'));
    await status('after', 'ok');
    await expectUnharmed();
  });

  it('14: all events of one moment are kept', async () => {
    const names = Array.from({ length: 40 }, (_, n) => `refused-${n}`);
    await Promise.all(names.map((name) => put(name, { type: 'no-such-type' })));
    await waitFor(async () => (await refusals(/^refused-/)).length === names.length);
    expect(new Set(await refusals(/^refused-/)).size).toBe(names.length);
  });

  it('15: connections and bodies are closed after each run', async () => {
    const timeouts = { timeout: '30ms', 'read-timeout': '30ms', 'write-timeout': '30ms' };
    await put('banner', { type: 'tcp', host: tcp.host, port: tcp.port, expect: '220', interval: '100ms', ...timeouts });
    await waitFor(() => tcp.connections.length > 30);
    await cluster.delete(cluster.keys.monitor('banner'));
    await waitFor(() => tcp.sockets.size === 0, { what: 'every connection to be closed' });
    // One for a check that happens to run just now.
    expect(http.sockets.size).toBeLessThanOrEqual(4);
    expect(http.requests.length).toBeGreaterThan(40);
  });

  it('16: no GET of another site changes state, secrets are masked, and nothing is open to the network by default', async () => {
    const elsewhere = { headers: { 'sec-fetch-site': 'cross-site' } };
    expect((await fetch(`${server.url}/api/v1/monitor/steady?disable=true`, elsewhere)).status).toBe(403);
    await expectUnharmed();
    const answer = await (await fetch(`${server.url}/api/v1/alerter/chat`)).text();
    expect(answer).not.toContain(slack.alerter.options.token);
    const open = ['api', '--etcd-members', cluster.etcd.endpoint, '--listen', '0.0.0.0:0'];
    const { code, stderr } = await run9volt(open);
    expect(code).not.toBe(0);
    expect(stderr).toContain('--insecure');
  });

  it('17: checks of one interval do not fire together', async () => {
    const urls = Array.from({ length: 30 }, (_, n) => `/spread-${n}`);
    await Promise.all(urls.map((url) => put(url.slice(1), page(url))));
    await waitFor(() => urls.every((url) => runsOf(url) >= 3), { timeoutMs: 20_000 });
    const phases = urls.map((url) => http.requests.filter((request) => request.url === url)[2]!.at % 1_000);
    const tenths = new Set(phases.map((phase) => Math.floor(phase / 100)));
    expect(tenths.size).toBeGreaterThanOrEqual(5);
  });

  it('19: the author of a configuration sees its faults, before anything is stored', async () => {
    const { code, stderr } = await cfg(
      write('invalid', stringify({ monitor: { shop: page('/', { interval: '0s' }) } })),
      '-n',
    );
    expect(code).toBe(1);
    expect(stderr).toMatch(/monitors\.yaml:\d+.*interval/);
    const refused = await fetch(`${server.url}/api/v1/monitor/shop`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(page('/', { 'record-type': 'A' })),
    });
    expect(refused.status).toBe(400);
    expect(await refused.json()).toMatchObject({ errors: [{ pointer: '/record-type' }] });
    expect(await cluster.get(cluster.keys.monitor('shop'))).toBeUndefined();
  });

  it('21: an alerter of both thresholds gets a resolve once', async () => {
    const alerters = { 'warning-alerter': ['chat'], 'critical-alerter': ['chat'] };
    await put(
      'both',
      page('/both', { 'warning-threshold': 1, 'critical-threshold': 2, interval: '300ms', ...alerters }),
    );
    await status('both', 'ok');
    http.mode = 'fail';
    await status('both', 'critical');
    await waitFor(() => slack.accepted.length >= 2);
    http.mode = 'ok';
    await status('both', 'ok');
    await waitFor(() => slack.accepted.length >= 3);
    const seen = runsOf('/both');
    await waitFor(() => runsOf('/both') > seen + 3);
    expect(slack.accepted).toHaveLength(3);
  });
});
