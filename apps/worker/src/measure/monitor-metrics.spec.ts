import { expect, test } from '@jest/globals';
import type { MonitorSettings, MonitorState, Status } from '@9volt/contracts';
import { Metrics } from '@9volt/platform';
import type { OwnedMonitor } from '../owned/owned-monitor.js';
import { FakeClock } from '../testing/fake-clock.js';
import { LastRuns } from './last-runs.js';
import { MonitorMetrics } from './monitor-metrics.js';

const settings = { type: 'tcp' } as MonitorSettings;
const inState = (status: Status): MonitorState => ({ status }) as MonitorState;

async function scraped(monitorSeries: number): Promise<string[]> {
  const metrics = new Metrics();
  const owned = ['web', 'new', 'db'].map((name) => ({ name, settings, ranBefore: {} }) as OwnedMonitor);
  const lastRuns = new LastRuns(new FakeClock(), { aheadMs: 0 });
  lastRuns.note(owned[0]!, 1_700_000_000_500, { status: 'critical', message: '', latencyMs: 250 });
  lastRuns.note(owned[2]!, 1_700_000_001_000, { status: 'ok', message: '', latencyMs: 1 });
  const states = new Map([
    [owned[0], inState('critical')],
    [owned[2], inState('ok')],
  ]);
  const evaluations = { currentOf: (monitor: OwnedMonitor) => states.get(monitor) };
  const monitors = { size: owned.length, all: () => owned.values() as MapIterator<OwnedMonitor> };
  new MonitorMetrics({ monitorSeries }, metrics, monitors, evaluations, lastRuns);
  const text = await metrics.registry.metrics();
  return text.split('\n').filter((line) => line.startsWith('ninevolt_monitor'));
}

test('monitors are not shown one by one by default', async () => {
  expect(await scraped(0)).toEqual([]);
});

test('shows the facts about each monitor by its name', async () => {
  expect(await scraped(10)).toEqual([
    'ninevolt_monitor_status{monitor="web",type="tcp"} 2',
    'ninevolt_monitor_status{monitor="db",type="tcp"} 0',
    'ninevolt_monitor_check_duration_seconds{monitor="web",type="tcp"} 0.25',
    'ninevolt_monitor_check_duration_seconds{monitor="db",type="tcp"} 0.001',
    'ninevolt_monitor_last_check_timestamp_seconds{monitor="web",type="tcp"} 1700000000.5',
    'ninevolt_monitor_last_check_timestamp_seconds{monitor="db",type="tcp"} 1700000001',
    'ninevolt_monitors_omitted 0',
  ]);
});

test('shows at most this many monitors, and how many are missing', async () => {
  expect(await scraped(2)).toEqual([
    'ninevolt_monitor_status{monitor="web",type="tcp"} 2',
    'ninevolt_monitor_check_duration_seconds{monitor="web",type="tcp"} 0.25',
    'ninevolt_monitor_last_check_timestamp_seconds{monitor="web",type="tcp"} 1700000000.5',
    'ninevolt_monitors_omitted 1',
  ]);
});
