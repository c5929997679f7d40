import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startHttpTarget, startTcpTarget } from '@9volt/monitors/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { someOf, unusedPort } from '@9volt/testing';
import { Cluster, type NodeProcess, waitFor } from '../harness/index.js';
import { asked, board } from './board.js';
import { given } from './given.js';
import { Prometheus, promtool } from './prometheus.js';

const TOKEN = 'the-token-of-the-scrape';
const MONITORS = ['web', 'broken', 'banner', 'disk'];
/** Prometheus has a value after the next scrape, and a rate after two scrapes. */
const IN_TIME = { timeoutMs: 60_000 };

describe('the metrics of a cluster', () => {
  let cluster: Cluster;
  let directory: string;
  let nodes: Record<'scheduler' | 'worker' | 'detailed' | 'api' | 'server', NodeProcess>;
  let prometheus: Prometheus | undefined;

  const metricsOf = async (node: NodeProcess): Promise<string> =>
    (await fetch(`${node.url}/metrics`, { headers: { Authorization: `Bearer ${TOKEN}` } })).text();

  const inPrometheus = (): Prometheus => {
    if (!prometheus) throw new Error('there is no Prometheus');
    return prometheus;
  };

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'ninevolt-metrics-'));
    cluster = await Cluster.start();
    const env = { NINEV_ACCESS_TOKENS: TOKEN };
    nodes = {
      scheduler: await cluster.node('scheduler', { name: 's1', env }),
      worker: await cluster.node('worker', { name: 'w1', env }),
      detailed: await cluster.node('worker', {
        name: 'w2',
        tags: 'detailed',
        env,
        args: ['--performance-series', '10', '--monitor-series', '10', '--exec-allow', 'any'],
      }),
      api: await cluster.node('api', { name: 'a1', env }),
      server: await cluster.node('server', { name: 'all', env }),
    };
    await configure();
    prometheus = await Prometheus.start(
      Object.values(nodes).map(({ url }) => new URL(url).host),
      TOKEN,
    ).catch(() => undefined);
  });

  afterAll(async () => {
    await prometheus?.stop();
    await cluster.stop();
    rmSync(directory, { recursive: true });
  });

  /** Monitors of several types in all states, and alerters that accept, refuse and delay notifications. */
  async function configure(): Promise<void> {
    const { keys } = cluster;
    const ok = cluster.use(await startHttpTarget());
    const banner = cluster.use(await startTcpTarget({ banner: '220 ready\r\n' }));
    const plugin = join(directory, 'check_disk');
    writeFileSync(plugin, '#!/bin/sh\necho "DISK WARNING | free=12%;20;10 wait=250ms"\nexit 1\n');
    chmodSync(plugin, 0o755);
    for (const [name, status] of [
      ['takes', 200],
      ['refuses', 400],
      ['puts-off', 503],
    ] as const) {
      const receiver = cluster.use(await startHttpTarget({ answer: (_, response) => void response.writeHead(status).end() })); // prettier-ignore
      await cluster.put(keys.alerter(name), { type: 'http', options: { url: receiver.url } });
    }
    const alerters = ['takes', 'refuses', 'puts-off'];
    const common = { interval: '1s', 'warning-alerter': alerters, 'critical-alerter': alerters };
    const tagged = { ...common, 'member-tag': 'detailed' };
    const monitors: Record<(typeof MONITORS)[number], object> = {
      web: { type: 'http', host: ok.host, port: ok.port, ...common },
      broken: { type: 'tcp', host: '127.0.0.1', port: await unusedPort(), ...common },
      banner: { type: 'tcp', host: banner.host, port: banner.port, ...tagged },
      disk: { type: 'exec', command: plugin, nagios: true, ...tagged },
    };
    for (const [name, monitor] of Object.entries(monitors)) await cluster.put(keys.monitor(name), monitor);
    await waitFor(async () => (await cluster.statusOf('broken')) === 'critical', { timeoutMs: 30_000 });
    await waitFor(async () => (await cluster.statusOf('disk')) === 'warning', { timeoutMs: 30_000 });
  }

  it('need a token', async () => {
    for (const [role, { url, output }] of someOf(Object.entries(nodes))) {
      const { status, headers } = await fetch(`${url}/metrics`);
      expect({ role, status, asks: headers.get('www-authenticate') }).toEqual({ role, status: 401, asks: 'Bearer' });
      expect({ role, output }).not.toMatchObject({ output: expect.stringContaining('"level":"error"') });
    }
  });

  given('prometheus')('are scraped from every process', async () => {
    type Targets = { activeTargets: { health: string; lastError: string }[] };
    const healths = async (): Promise<string[]> =>
      (await inPrometheus().ask<Targets>('targets')).activeTargets.map(({ health }) => health);
    const expected = Object.values(nodes).map(() => 'up');
    await waitFor(async () => (await healths()).filter((health) => health !== 'unknown').length > 0, IN_TIME);
    await waitFor(async () => !(await healths()).includes('unknown'), IN_TIME);
    expect(await healths()).toEqual(expected);
    const roles = await inPrometheus().query('ninevolt_build_info');
    expect(roles.map(({ metric }) => metric['role']).sort()).toEqual(['api', 'scheduler', 'server', 'worker', 'worker']); // prettier-ignore
  });

  given('promtool')('follow the rules of Prometheus', async () => {
    for (const [role, node] of someOf(Object.entries(nodes))) {
      const text = await metricsOf(node);
      expect(text).toContain('ninevolt_member 1');
      expect({ role, ...(await promtool(['check', 'metrics'], text)) }).toEqual({ role, code: 0, output: '' });
    }
  });

  given('promtool')('are scraped by a configuration without a fault', async () => {
    const { code, output } = await promtool(['check', 'config', inPrometheus().configFile]);
    expect({ code, output }).toMatchObject({ code: 0, output: expect.stringContaining('rules found') });
  });

  it('show no single monitors by default', async () => {
    for (const node of [nodes.scheduler, nodes.worker, nodes.api, nodes.server]) {
      const text = await metricsOf(node);
      expect(MONITORS.filter((name) => text.includes(`"${name}"`))).toEqual([]);
    }
  });

  it('show the state and values of single monitors on request', async () => {
    await waitFor(async () => (await metricsOf(nodes.detailed)).includes('ninevolt_monitor_status{monitor="disk"'));
    expect((await metricsOf(nodes.detailed)).split('\n')).toEqual(
      expect.arrayContaining([
        'ninevolt_monitor_status{monitor="banner",type="tcp"} 0',
        'ninevolt_monitor_status{monitor="disk",type="exec"} 1',
        'ninevolt_monitors_omitted 0',
        'ninevolt_performance_value{monitor="disk",label="free",unit="%"} 12',
        'ninevolt_performance_value{monitor="disk",label="wait",unit="s"} 0.25',
        'ninevolt_performance_values_omitted 0',
      ]),
    );
  });

  describe('in Prometheus', () => {
    const has = async (expression: string): Promise<number> => {
      const series = await waitFor(
        async () => {
          const found = await inPrometheus().query(expression);
          return found.length > 0 && found;
        },
        { ...IN_TIME, what: expression },
      );
      return Number(series[0]?.value[1]);
    };

    given('prometheus')('count what took place, by type and outcome', async () => {
      for (const expression of [
        'sum(ninevolt_checks_total{type="http",status="ok"}) > 0',
        'sum(ninevolt_checks_total{type="tcp",status="critical"}) > 0',
        'sum(ninevolt_checks_total{type="exec",status="warning"}) > 0',
        'sum(ninevolt_check_duration_seconds_count{type="exec"}) > 0',
        'sum(ninevolt_check_lateness_seconds_count) > 0',
        // A busy machine has some.
        'sum(ninevolt_check_overruns_total) >= 0',
        'sum(ninevolt_deliveries_total{alerter_type="http",outcome="delivered"}) >= 2',
        'sum(ninevolt_deliveries_total{alerter_type="http",outcome="rejected"}) >= 2',
        'sum(ninevolt_deliveries_total{alerter_type="http",outcome="retryable"}) >= 2',
        'max(ninevolt_outbox_depth) == 2',
        'max(ninevolt_outbox_oldest_age_seconds) > 3',
        'sum(ninevolt_monitors_assigned) == 4',
        'sum(ninevolt_leader) == 1',
        'max(ninevolt_coverage_ratio{pool="all"}) == 1',
      ]) {
        expect({ expression, value: await has(expression) }).toEqual({ expression, value: expect.any(Number) });
      }
    });

    given('prometheus')('show what has not happened yet as 0', async () => {
      for (const expression of [
        'sum(ninevolt_checks_total{type="tcp",status="unknown"})',
        'sum(ninevolt_deliveries_total{outcome="dropped"})',
        'sum(ninevolt_fencing_rejections_total{fence="leadership"})',
        'sum(ninevolt_fencing_rejections_total{fence="ownership"})',
        'sum(ninevolt_watch_relists_total)',
        'sum(ninevolt_detached)',
        'sum(ninevolt_detachments_total)',
        'sum(ninevolt_orphaned_monitors)',
        'sum(ninevolt_quarantined_monitors)',
        'sum(ninevolt_assignments_written_total{act="drop"})',
        'sum(ninevolt_requests_total{kind="run",outcome="refused"})',
      ]) {
        expect({ expression, value: await has(expression) }).toEqual({ expression, value: 0 });
      }
    });

    given('prometheus')('are what the alert rules ask for', async () => {
      type Groups = { groups: { rules: { name: string; health: string; state: string; lastError?: string }[] }[] };
      const rules = await waitFor(async () => {
        const { groups } = await inPrometheus().ask<Groups>('rules');
        const all = groups.flatMap((group) => group.rules);
        return all.every(({ health }) => health !== 'unknown') && all;
      }, IN_TIME);
      expect(rules.filter(({ health }) => health !== 'ok')).toEqual([]);
      // A receiver refuses a notification for good.
      const firing = rules.filter(({ state }) => state === 'firing').map(({ name }) => name);
      expect(firing.filter((name) => name !== 'NinevoltNotificationsLost')).toEqual([]);
    });

    /** The values in a list of the board. */
    const valuesOf = async (query: string): Promise<string[]> => {
      const [, metric = '', label = ''] = /^label_values\((\w+), (\w+)\)$/.exec(query) ?? [];
      return inPrometheus().ask<string[]>(`label/${label}/values`, { 'match[]': metric });
    };
    const variables = board.templating.list.filter(({ type }) => type === 'query');

    given('prometheus')('fill the lists of the board', async () => {
      expect(variables.map(({ name }) => name)).toEqual(['job']);
      for (const { query } of someOf(variables)) expect(await valuesOf(query)).toEqual(['9volt']);
    });

    for (const { title, targets } of board.panels) {
      given('prometheus')(`fill the panel "${title}"`, async () => {
        const chosen = new Map<string, string[]>();
        for (const { name, query } of someOf(variables)) chosen.set(name, await valuesOf(query));
        for (const { expr } of targets) await has(asked(expr, chosen));
      });
    }
  });
});
