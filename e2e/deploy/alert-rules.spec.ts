import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { someOf } from '@9volt/testing';
import { describe, expect, it } from '@jest/globals';
import { parse, stringify } from 'yaml';
import { given } from './given.js';
import { checkedInConfig, PROMETHEUS_DIR, promtool, ROOT } from './prometheus.js';

interface Rule {
  alert: string;
  for?: string;
  labels: Record<string, string>;
  annotations: { summary: string; description: string };
}

interface Fault {
  /** A fault, by the series that differ from a healthy cluster; undefined for a missing one. */
  series: Record<string, string | undefined>;
  /** The labels of the alert besides its severity. */
  labels?: Record<string, string>;
  summary: string;
}

const RULES_FILE = join(PROMETHEUS_DIR, 'rules.yml');
const [{ rules }] = (parse(readFileSync(RULES_FILE, 'utf8')) as { groups: [{ rules: Rule[] }] }).groups;

const LATENESS = 'ninevolt_check_lateness_seconds_bucket{instance="w1"';
/** A sample every 15 s for an hour. */
const HEALTHY: Fault['series'] = {
  'ninevolt_leader{instance="s1"}': '1+0x240',
  'ninevolt_leader{instance="s2"}': '0+0x240',
  'up{job="9volt",instance="w1"}': '1+0x240',
  'ninevolt_member{instance="w1"}': '1+0x240',
  'ninevolt_detached{instance="w1"}': '0+0x240',
  'ninevolt_coverage_ratio{instance="s1",pool="all"}': '1+0x240',
  'ninevolt_outbox_oldest_age_seconds{instance="w1"}': '2+0x240',
  'ninevolt_deliveries_total{instance="w1",alerter_type="slack",outcome="delivered"}': '0+1x240',
  'ninevolt_deliveries_total{instance="w1",alerter_type="slack",outcome="retryable"}': '0+1x240',
  'ninevolt_deliveries_total{instance="w1",alerter_type="slack",outcome="rejected"}': '0+0x240',
  'ninevolt_deliveries_total{instance="w1",alerter_type="none",outcome="dropped"}': '0+0x240',
  'ninevolt_orphaned_monitors{instance="s1"}': '0+0x240',
  'ninevolt_quarantined_monitors{instance="s1"}': '0+0x240',
  [`${LATENESS},le="0.05"}`]: '0+100x240',
  [`${LATENESS},le="1"}`]: '0+100x240',
  [`${LATENESS},le="2.5"}`]: '0+100x240',
  [`${LATENESS},le="+Inf"}`]: '0+100x240',
  'ninevolt_etcd_db_size_bytes{instance="s1"}': '2e8+0x240',
};

const FAULTS: Record<string, Fault[]> = {
  NinevoltNoLeader: [
    { series: { 'ninevolt_leader{instance="s1"}': '0+0x240' }, summary: 'No scheduler leads' },
    {
      series: { 'ninevolt_leader{instance="s1"}': undefined, 'ninevolt_leader{instance="s2"}': undefined },
      summary: 'No scheduler leads',
    },
  ],
  NinevoltTwoLeaders: [
    {
      series: { 'ninevolt_leader{instance="s2"}': '1+0x240' },
      summary: '2 schedulers believe that they lead',
    },
  ],
  NinevoltProcessDown: [
    {
      series: { 'up{job="9volt",instance="w1"}': '0+0x240' },
      labels: { job: '9volt', instance: 'w1' },
      summary: 'w1 does not answer',
    },
  ],
  NinevoltNotMember: [
    {
      series: { 'ninevolt_member{instance="w1"}': '0+0x240' },
      labels: { instance: 'w1' },
      summary: 'w1 cannot reach etcd, or etcd accepts no writes',
    },
  ],
  NinevoltCoverageLow: [
    {
      series: { 'ninevolt_coverage_ratio{instance="s1",pool="all"}': '0.9+0x240' },
      labels: { pool: 'all' },
      summary: '90% of the monitors of pool all are checked',
    },
  ],
  NinevoltDetached: [
    {
      series: { 'ninevolt_detached{instance="w1"}': '1+0x240' },
      labels: { instance: 'w1' },
      summary: 'w1 works without etcd',
    },
  ],
  NinevoltNotificationsWait: [
    {
      series: { 'ninevolt_outbox_oldest_age_seconds{instance="w1"}': '301+0x240' },
      summary: 'A notification has been pending for 5m 1s',
    },
  ],
  NinevoltNotificationsLost: [
    {
      series: {
        'ninevolt_deliveries_total{instance="w1",alerter_type="slack",outcome="rejected"}': '0+0x100 1+0x140',
      },
      labels: { alerter_type: 'slack', outcome: 'rejected' },
      summary: '9volt gave up notifications (rejected)',
    },
    {
      series: { 'ninevolt_deliveries_total{instance="w1",alerter_type="none",outcome="dropped"}': '0+0x100 1+0x140' },
      labels: { alerter_type: 'none', outcome: 'dropped' },
      summary: '9volt gave up notifications (dropped)',
    },
  ],
  NinevoltOrphanedMonitors: [
    { series: { 'ninevolt_orphaned_monitors{instance="s1"}': '3+0x240' }, summary: 'No worker runs 3 monitors' },
  ],
  NinevoltQuarantinedMonitors: [
    {
      series: { 'ninevolt_quarantined_monitors{instance="s1"}': '2+0x240' },
      summary: '2 monitors are quarantined',
    },
  ],
  NinevoltChecksLate: [
    {
      series: { [`${LATENESS},le="0.05"}`]: '0+50x240', [`${LATENESS},le="1"}`]: '0+50x240' },
      labels: { instance: 'w1' },
      summary: 'Checks on w1 start late (p99 2.47s)',
    },
  ],
  NinevoltEtcdLarge: [
    {
      series: { 'ninevolt_etcd_db_size_bytes{instance="s1"}': '1.75e9+0x240' },
      summary: 'The database of etcd is 1.63GiB large',
    },
  ],
};

/** A fault that exists from the beginning, or for 5 minutes; and when it may end. */
const [LASTING, PASSING] = ['30m', '30s'];

/** A test for promtool: of all alerts, only the expected ones fire. */
function unitTest(at: string, series: Fault['series'], fires: string[] = [], fault?: Fault): object {
  const all = { ...HEALTHY, ...series };
  return {
    interval: '15s',
    input_series: Object.entries(all).flatMap(([name, values]) => (values ? [{ series: name, values }] : [])),
    alert_rule_test: rules.map(({ alert, labels, annotations }) => ({
      eval_time: at,
      alertname: alert,
      exp_alerts: fires.includes(alert)
        ? [
            {
              exp_labels: { ...labels, ...fault?.labels },
              exp_annotations: { summary: fault?.summary ?? '', description: annotations.description },
            },
          ]
        : [],
    })),
  };
}

/** Runs one test; answers promtool's errors. */
async function faultsOf(test: object): Promise<string> {
  const dir = mkdtempSync(join(tmpdir(), 'ninevolt-rules-'));
  try {
    const file = join(dir, 'test.yml');
    writeFileSync(file, stringify({ rule_files: [RULES_FILE], evaluation_interval: '15s', tests: [test] }));
    const { code, output } = await promtool(['test', 'rules', file]);
    return code === 0 ? '' : output;
  } finally {
    rmSync(dir, { recursive: true });
  }
}

describe('the alert rules', () => {
  given('promtool')('are what Prometheus takes', async () => {
    expect(await promtool(['check', 'rules', RULES_FILE])).toMatchObject({
      code: 0,
      output: expect.stringContaining(`SUCCESS: ${rules.length} rules found`),
    });
  });

  given('promtool')('are silent while all is well', async () => {
    expect(await faultsOf(unitTest(LASTING, {}))).toBe('');
  });

  for (const [alert, faults] of Object.entries(FAULTS)) {
    given('promtool')(`${alert} fires on what it is for, and no other does`, async () => {
      for (const fault of someOf(faults)) {
        expect(await faultsOf(unitTest(LASTING, fault.series, [alert], fault))).toBe('');
        expect(await faultsOf(unitTest(PASSING, fault.series))).toBe('');
      }
    });
  }

  it('are all tried, in the words that they have', () => {
    expect(Object.keys(FAULTS).sort()).toEqual(rules.map(({ alert }) => alert).sort());
    for (const { alert, annotations } of someOf(rules)) {
      const parts = annotations.summary.split(/\{\{.*?\}\}/).map((text) => text.replaceAll(/[.()]/g, '\\$&'));
      const inWords = new RegExp(`^${parts.join('.+')}$`);
      for (const { summary } of someOf(FAULTS[alert] ?? [])) expect(summary).toMatch(inWords);
    }
  });
});

describe('the configuration of Prometheus', () => {
  given('promtool')('is what Prometheus takes', async () => {
    // Does not check that the file with the token exists: it does in the containers.
    const { code, output } = await promtool(['check', 'config', '--syntax-only', join(PROMETHEUS_DIR, 'prometheus.yml')]); // prettier-ignore
    expect({ code, output }).toMatchObject({ code: 0, output: expect.stringContaining('SUCCESS') });
  });

  it('scrapes every process of the compose file, with a token that they accept', () => {
    const { services } = parse(readFileSync(join(ROOT, 'docker/docker-compose.yml'), 'utf8'), { merge: true }) as {
      services: Record<string, { command?: string[]; environment?: Record<string, string>; volumes?: string[] }>;
    };
    const nodes = Object.entries(services).filter(([, { command }]) =>
      ['scheduler', 'worker', 'api'].includes(command?.[0] ?? ''),
    );
    const [scrape] = checkedInConfig().scrape_configs;
    expect(scrape?.static_configs.flatMap(({ targets }) => targets).sort()).toEqual(
      nodes.map(([name]) => `${name}:8080`).sort(),
    );
    // compose.spec.ts tests what setup makes of them.
    const mounted = (name: string): string[] =>
      (services[name]?.volumes ?? []).map((volume) => volume.replace(/:ro$/, ''));
    const directory = dirname(scrape?.authorization.credentials_file ?? '');
    expect(mounted('prometheus')).toContain(`prometheus-token:${directory}`);
    expect(mounted('setup')).toContain(`prometheus-token:${directory}`);
    for (const [name, { environment }] of someOf(nodes)) {
      expect(mounted(name)).toContain(`tokens:${dirname(environment?.['NINEV_ACCESS_TOKENS_FILE'] ?? '')}`);
    }
  });
});
