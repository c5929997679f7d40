import { expect, test } from '@jest/globals';
import type { PerformanceValue } from '@9volt/contracts';
import { Metrics } from '@9volt/platform';
import type { OwnedMonitor } from '../owned/owned-monitor.js';
import { FakeClock } from '../testing/fake-clock.js';
import { LastRuns } from './last-runs.js';
import { PerformanceMetrics } from './performance-metrics.js';

async function scraped(
  performanceSeries: number,
  ...monitors: [name: string, PerformanceValue[]][]
): Promise<string[]> {
  const metrics = new Metrics();
  const lastRuns = new LastRuns(new FakeClock(), { aheadMs: 0 });
  const owned = monitors.map(([name, performance]) => {
    const monitor = { name } as OwnedMonitor;
    lastRuns.note(monitor, 0, { status: 'ok', message: '', latencyMs: 1, performance });
    return monitor;
  });
  const all = (): MapIterator<OwnedMonitor> => owned.values() as MapIterator<OwnedMonitor>;
  new PerformanceMetrics({ performanceSeries }, metrics, { all }, lastRuns);
  const text = await metrics.registry.metrics();
  return text.split('\n').filter((line) => line.startsWith('ninevolt_performance'));
}

const load: PerformanceValue[] = [
  { label: 'load1', value: 0.5 },
  { label: 'lost', value: null },
  { label: 'free', value: 97, unit: '%' },
];

test('measured values are not shown by default', async () => {
  expect(await scraped(0, ['web', load])).toEqual([]);
});

test('shows measured values by monitor, label and unit', async () => {
  expect(await scraped(10, ['web "shop"', load], ['idle', []])).toEqual([
    'ninevolt_performance_value{monitor="web \\"shop\\"",label="load1",unit=""} 0.5',
    'ninevolt_performance_value{monitor="web \\"shop\\"",label="free",unit="%"} 97',
    'ninevolt_performance_values_omitted 0',
  ]);
});

test('times are shown in seconds', async () => {
  const times: PerformanceValue[] = [
    { label: 'a', value: 250, unit: 'ms' },
    { label: 'b', value: 500, unit: 'us' },
    { label: 'c', value: 2, unit: 's' },
  ];
  expect(await scraped(10, ['web', times])).toEqual([
    'ninevolt_performance_value{monitor="web",label="a",unit="s"} 0.25',
    'ninevolt_performance_value{monitor="web",label="b",unit="s"} 0.0005',
    'ninevolt_performance_value{monitor="web",label="c",unit="s"} 2',
    'ninevolt_performance_values_omitted 0',
  ]);
});

test('shows at most this many series, and how many are missing', async () => {
  expect(await scraped(3, ['a', load], ['b', load])).toEqual([
    'ninevolt_performance_value{monitor="a",label="load1",unit=""} 0.5',
    'ninevolt_performance_value{monitor="a",label="free",unit="%"} 97',
    'ninevolt_performance_value{monitor="b",label="load1",unit=""} 0.5',
    'ninevolt_performance_values_omitted 1',
  ]);
});
