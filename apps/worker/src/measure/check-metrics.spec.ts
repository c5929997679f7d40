import { expect, test } from '@jest/globals';
import { Metrics } from '@9volt/platform';
import type { OwnedMonitors } from '../owned/owned-monitors.js';
import { CheckMetrics } from './check-metrics.js';

const monitors = { size: 1, all: () => [{ settings: { type: 'dns' } }].values() } as unknown as OwnedMonitors;

test('each scrape shows all checks until then, once', async () => {
  const metrics = new Metrics();
  const checks = new CheckMetrics(metrics, monitors);
  const shown = async (): Promise<string[]> =>
    (await metrics.registry.metrics())
      .split('\n')
      .filter((line) => /^ninevolt_checks_total|^ninevolt_check_\w+_(?:count|sum)/.test(line));
  const none = ['ok', 'warning', 'critical', 'unknown'].map(
    (status) => `ninevolt_checks_total{type="dns",status="${status}"} 0`,
  );
  expect(await shown()).toEqual([
    ...none,
    'ninevolt_check_lateness_seconds_sum 0',
    'ninevolt_check_lateness_seconds_count 0',
  ]);
  // More than wait at once.
  for (let n = 0; n < 2_000; n++) {
    checks.begun(500);
    checks.ended('tcp', n % 4 === 0 ? 'critical' : 'ok', 250);
  }
  const all = [
    ...none,
    'ninevolt_checks_total{type="tcp",status="ok"} 1500',
    'ninevolt_checks_total{type="tcp",status="warning"} 0',
    'ninevolt_checks_total{type="tcp",status="critical"} 500',
    'ninevolt_checks_total{type="tcp",status="unknown"} 0',
    'ninevolt_check_duration_seconds_sum{type="tcp"} 500',
    'ninevolt_check_duration_seconds_count{type="tcp"} 2000',
    'ninevolt_check_lateness_seconds_sum 1000',
    'ninevolt_check_lateness_seconds_count 2000',
  ];
  expect(await shown()).toEqual(all);
  expect(await shown()).toEqual(all);
});

test('the load has the lateness of one in a hundred checks since the last call', () => {
  const checks = new CheckMetrics(new Metrics(), monitors);
  for (let n = 0; n < 30_000; n++) checks.begun(n % 1_000);
  expect(checks.take()).toEqual({ started: 30_000, latenessP99Ms: 990 });
  checks.begun(7);
  expect(checks.take()).toEqual({ started: 1, latenessP99Ms: 7 });
  expect(checks.take()).toEqual({ started: 0, latenessP99Ms: 0 });
});
