import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPagerDutyStandIn, startSlackStandIn, startSmtpSink } from '@9volt/alerters/testing';
import { startDnsmasq, startHttpTarget, startTcpTarget } from '@9volt/monitors/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { stringify } from 'yaml';
import { Cluster, run9volt, waitFor } from './harness/index.js';

const ALERTERS = ['chat', 'mail', 'pager'] as const;
const MONITORS = ['banner', 'command', 'name', 'page'] as const;
const RECORD = ['--address=/service.test/192.0.2.7'];

/** The notifications of a stand-in, as `monitor: what`, in the order of arrival. */
type Told = () => string[];

describe('from a YAML directory to one alert and one resolve', () => {
  let cluster: Cluster;
  let directory: string;
  let http: Awaited<ReturnType<typeof startHttpTarget>>;
  let tcp: Awaited<ReturnType<typeof startTcpTarget>>;
  let dns: Awaited<ReturnType<typeof startDnsmasq>>;
  let told: Record<(typeof ALERTERS)[number], Told>;

  beforeAll(async () => {
    cluster = await Cluster.start();
    directory = mkdtempSync(join(tmpdir(), 'ninevolt-e2e-'));
    http = cluster.use(await startHttpTarget());
    tcp = cluster.use(await startTcpTarget({ banner: '220 ready\r\n' }));
    dns = await startDnsmasq(RECORD);
    const slack = cluster.use(await startSlackStandIn());
    const pager = cluster.use(await startPagerDutyStandIn());
    const mail = cluster.use(await startSmtpSink());
    told = {
      chat: () => slack.accepted.map(({ message }) => inWords(message.attachments[0]?.title)),
      mail: () => mail.accepted.map(({ message }) => inWords(message.subject)),
      pager: () =>
        pager.accepted.map(({ message }) => {
          const monitor = /^9volt\/([^/]+)\//.exec(message.dedup_key)?.[1] ?? message.dedup_key;
          return `${monitor}: ${message.event_action === 'resolve' ? 'resolve' : message.payload.severity}`;
        }),
    };
    const script = join(directory, 'check.sh');
    writeFileSync(script, '#!/bin/sh\ntest -e "$1" && echo all is well\n', { mode: 0o755 });
    writeFileSync(join(directory, 'works'), '');
    mkdirSync(join(directory, 'cfg', 'inner'), { recursive: true });
    const common = {
      interval: '1s',
      'warning-threshold': 1,
      'critical-threshold': 3,
      'warning-alerter': ALERTERS,
      'critical-alerter': ALERTERS,
      tags: ['e2e'],
    };
    writeFileSync(
      join(directory, 'cfg', 'monitors.yaml'),
      stringify(
        {
          monitor: {
            page: { type: 'http', host: http.host, port: http.port, url: '/index?a=1&b=2', expect: 'ok', ...common },
            banner: { type: 'tcp', host: tcp.host, port: tcp.port, expect: '220', ...common },
            name: {
              type: 'dns',
              host: dns.host,
              port: dns.port,
              'dns-target': 'service.test',
              expect: '192\\.0\\.2\\.7',
              timeout: '500ms',
              ...common,
            },
            command: { type: 'exec', command: script, args: [join(directory, 'works')], expect: 'well', ...common },
          },
        },
        { aliasDuplicateObjects: false },
      ),
    );
    writeFileSync(
      join(directory, 'cfg', 'inner', 'alerters.yml'),
      stringify({ alerter: { chat: slack.alerter, pager: pager.alerter, mail: mail.alerter } }),
    );
    await cluster.node('server', { args: ['--exec-allow', script] });
  });

  afterAll(async () => {
    await dns.close();
    await cluster.stop();
    rmSync(directory, { recursive: true });
  });

  const cfg = (...args: string[]): ReturnType<typeof run9volt> =>
    run9volt(['cfg', join(directory, 'cfg'), '-e', cluster.etcd.endpoint, ...args]);

  const settled = (status: string): Promise<unknown> =>
    waitFor(
      async () => (await Promise.all(MONITORS.map((name) => cluster.statusOf(name)))).every((one) => one === status),
      {
        timeoutMs: 20_000,
        what: `all ${status}`,
      },
    );

  const countOf = (each: readonly string[]): Promise<unknown> =>
    waitFor(() => ALERTERS.every((alerter) => told[alerter]().length >= MONITORS.length * each.length), {
      timeoutMs: 20_000,
    });

  const expected = (each: readonly string[]): string[] =>
    MONITORS.flatMap((name) => each.map((what) => `${name}: ${what}`));
  const byMonitor = (lines: string[]): string[] =>
    MONITORS.flatMap((name) => lines.filter((line) => line.startsWith(`${name}: `)));

  it('dry runs write nothing', async () => {
    const { code, stdout } = await cfg('--dryrun');
    expect(code).toBe(0);
    expect(stdout).toContain('would have pushed 7 (7 added, 0 changed), skipped 0, removed 0');
    expect((await cluster.list(cluster.keys.monitors)).size).toBe(0);
  });

  it('pushes, and every check turns ok', async () => {
    const { code, stdout } = await cfg();
    expect(code).toBe(0);
    expect(stdout).toContain('added monitor page');
    expect(stdout).toContain(
      'found 4 monitors and 3 alerters in 2 files; pushed 7 (7 added, 0 changed), skipped 0, removed 0',
    );
    await settled('ok');
    expect(http.requests[0]?.url).toBe('/index?a=1&b=2');
  });

  it('notifies each alerter once of the warning and once of critical, at the right attempt', async () => {
    http.mode = 'fail';
    tcp.mode = 'fail';
    await dns.close();
    rmSync(join(directory, 'works'));
    await settled('critical');
    await countOf(['warning', 'critical']);
    for (const alerter of ALERTERS) expect(byMonitor(told[alerter]())).toEqual(expected(['warning', 'critical']));
    const incidents = await cluster.list<{ notifications: unknown[] }>(cluster.keys.incidents);
    expect(incidents.size).toBe(4);
  });

  it('notifies each alerter once of the recovery, and nothing more', async () => {
    http.mode = 'ok';
    tcp.mode = 'ok';
    dns = await startDnsmasq(RECORD, dns.host, dns.port);
    writeFileSync(join(directory, 'works'), '');
    await settled('ok');
    await countOf(['warning', 'critical', 'resolve']);
    // Two more rounds of checks: repeats would come within this time.
    const seen = http.requests.length;
    await waitFor(() => http.requests.length >= seen + 3, { timeoutMs: 10_000 });
    for (const alerter of ALERTERS)
      expect(byMonitor(told[alerter]())).toEqual(expected(['warning', 'critical', 'resolve']));
    expect((await cluster.list(cluster.keys.outbox)).size).toBe(0);
  });

  it('pushes nothing the second time, and exports what syncs back without a difference', async () => {
    expect((await cfg()).stdout).toContain('pushed 0 (0 added, 0 changed), skipped 7, removed 0');
    const exported = await run9volt(['cfg', 'export', '-e', cluster.etcd.endpoint]);
    const copy = join(directory, 'copy');
    mkdirSync(copy);
    writeFileSync(join(copy, 'all.yaml'), exported.stdout);
    const diff = await run9volt(['cfg', 'diff', copy, '-e', cluster.etcd.endpoint]);
    expect(diff).toMatchObject({ code: 0, stdout: '' });
  });

  it('refuses a broken file as a whole: deletes nothing, and names the fault', async () => {
    const broken = join(directory, 'broken');
    mkdirSync(broken);
    writeFileSync(join(broken, 'a.yaml'), 'monitor:\n  page: [\n');
    const { code, stderr } = await run9volt(['cfg', broken, '-e', cluster.etcd.endpoint]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/a\.yaml:\d+: [\s\S]*nothing was written/);
    expect((await cluster.list(cluster.keys.monitors)).size).toBe(4);
  });
});

/** A headline such as `CRITICAL page: status 500, expected 200` as `page: critical`. */
function inWords(headline = ''): string {
  const [, what, monitor = headline] = /(WARNING|CRITICAL|OK) ([^\s:]+)/.exec(headline) ?? [];
  return `${monitor}: ${what === 'OK' ? 'resolve' : (what ?? 'nothing').toLowerCase()}`;
}
