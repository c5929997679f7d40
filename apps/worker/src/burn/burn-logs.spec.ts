import { beforeEach, expect, it } from '@jest/globals';
import { type Assignment, type BurnVerdicts, type CheckResult, MonitorSettings } from '@9volt/contracts';
import type { ClusterNode, ClusterTime } from '@9volt/etcd-dal';
import type { HoldRules } from '../ledger/hold-rules.js';
import { OwnedMonitor } from '../owned/owned-monitor.js';
import { FakeClock } from '../testing/fake-clock.js';
import { BurnLogs, mayChange } from './burn-logs.js';

const MINUTE = 60_000;
const AHEAD_MS = 7_000;
const node = { stores: { history: { periods: { minute: MINUTE, hour: 60 * MINUTE, day: 1_440 * MINUTE } } } };

let clock: FakeClock;
let rest: 'maintenance' | 'disabled' | undefined;
let logs: BurnLogs;
let monitor: OwnedMonitor;

function owned(settings: object): OwnedMonitor {
  const value: Assignment = {
    ...{ phase: 'run', revision: 7, createRevision: 7, assignedAt: '' },
    settings: Object.assign(new MonitorSettings(), { type: 'tcp', interval: '10s', ...settings }),
  };
  return new OwnedMonitor('web', { key: 'k', value, createRevision: 7, modRevision: 7 });
}

beforeEach(() => {
  clock = new FakeClock();
  rest = undefined;
  const rules = { restOf: () => rest } as unknown as HoldRules;
  logs = new BurnLogs(node as unknown as ClusterNode, clock, { aheadMs: AHEAD_MS } as ClusterTime, rules);
  monitor = owned({ 'slo-uptime': 99.9 });
});

/** Checks every 10 s for some minutes, judged at the end of each; answers what the last one said. */
function minutes(count: number, status: CheckResult['status'], more: Partial<CheckResult> = {}): string[] {
  return Array.from({ length: count }, () => {
    for (let n = 0; n < 6; n++) {
      clock.stall(10_000);
      if (rest) logs.rested(monitor);
      else logs.ran(monitor, { status, message: '', latencyMs: 5, ...more }, clock.now() - 5);
    }
    return logs.judge(monitor)?.fast.is ?? 'nothing';
  });
}

/** It was there before this worker, which knows nothing of that. */
function known(): void {
  minutes(1, 'ok');
  const log = logs.incomplete(monitor);
  if (log) logs.complete(monitor, log, logs.blankOf(log));
}

it('judges nothing before it knows what was before this worker had the monitor', () => {
  expect(minutes(3, 'critical')).toEqual(['nothing', 'nothing', 'nothing']);
  known();
  expect(minutes(1, 'critical')).toEqual(['on']);
  expect(logs.incomplete(monitor)).toBeUndefined();
});

it('what was before counts', () => {
  minutes(1, 'ok');
  const log = logs.incomplete(monitor);
  const before = log && logs.blankOf(log);
  for (let n = 0; n < 6; n++) {
    before?.took({ last: clock.now() - 120_000 + n * 10_000, lastClass: 2, holdMs: 16_000 });
  }
  if (log && before) logs.complete(monitor, log, before);
  expect(logs.judge(monitor)?.fast.is).toBe('on');
});

it('a warning ends when its rule did not apply for five minutes', () => {
  known();
  minutes(360, 'ok');
  expect(minutes(2, 'critical')).toEqual(['off', 'on']);
  // Its short window holds the outage for five minutes more, and calm lasts five.
  expect(minutes(11, 'ok')).toEqual([...Array(4).fill('on'), ...Array(5).fill('unknown'), 'off', 'off']);
});

it('an outage in the meantime makes the calm begin anew', () => {
  known();
  minutes(360, 'ok');
  minutes(1, 'critical');
  minutes(7, 'ok');
  expect(minutes(1, 'critical')).toEqual(['on']);
  // Two of the last 30 minutes burn the budget of 6 hours.
  const after = minutes(60, 'ok');
  expect(after.slice(after.lastIndexOf('on') + 1, after.indexOf('off'))).toEqual(Array(5).fill('unknown'));
});

it.each(['maintenance', 'disabled'] as const)(
  'time in which people want it left alone counts neither way: %s',
  (why) => {
    known();
    minutes(60, 'ok');
    rest = why;
    expect(minutes(20, 'critical')).not.toContain('on');
    rest = undefined;
    expect(minutes(6, 'ok')).toEqual([...Array(5).fill('unknown'), 'off']);
  },
);

it('a check that ran in a maintenance window counts neither way', () => {
  known();
  minutes(60, 'ok');
  rest = 'maintenance';
  for (let n = 0; n < 30; n++) {
    clock.stall(10_000);
    logs.ran(monitor, { status: 'critical', message: '', latencyMs: 5 }, clock.now() - 5);
  }
  expect(logs.judge(monitor)?.fast.is).not.toBe('on');
});

it('a result that says nothing about the target leaves the last one standing', () => {
  const result = { message: '', latencyMs: 0 };
  logs.ran(monitor, { ...result, status: 'critical' }, clock.now());
  clock.stall(9_000);
  logs.ran(monitor, { ...result, status: 'unknown', unjudged: true }, clock.now());
  clock.stall(3_000);
  expect(logs.incomplete(monitor)?.seen(5, logs.now)).toEqual({ up: 0, down: 12_000 });
});

it.each(['maintenance', 'disabled'] as const)('a result stands until people want it left alone: %s', (why) => {
  logs.ran(monitor, { status: 'ok', message: '', latencyMs: 0 }, clock.now());
  clock.stall(5_000);
  rest = why;
  logs.rested(monitor);
  clock.stall(5_000);
  expect(logs.incomplete(monitor)?.seen(5, logs.now)).toEqual({ up: 5_000, down: 0 });
});

it('a result counts from the end of its check, in the time of the cluster', () => {
  logs.ran(monitor, { status: 'ok', message: '', latencyMs: 1_500 }, clock.now());
  expect(logs.incomplete(monitor)?.begunAt).toBe(clock.now() + 1_500 + AHEAD_MS);
  expect(logs.now).toBe(clock.now() + AHEAD_MS);
});

it('an objective over another time begins anew, and one that was removed ends at once', () => {
  known();
  expect(logs.incomplete(monitor)).toBeUndefined();
  const { assignment, key, modRevision, createRevision } = monitor;
  const edit = (settings: object): void =>
    monitor.update({
      ...{ key, modRevision, createRevision },
      value: { ...assignment, settings: Object.assign(new MonitorSettings(), assignment.settings, settings) },
    });
  edit({ 'slo-uptime': 99 });
  minutes(1, 'ok');
  expect(logs.incomplete(monitor)).toBeUndefined();
  edit({ 'slo-window': '7d' });
  minutes(1, 'ok');
  expect(logs.incomplete(monitor)?.scale).toBeCloseTo(7 / 30);
  edit({ 'slo-uptime': undefined });
  const none: BurnVerdicts = { fast: { is: 'off', message: '' }, slow: { is: 'off', message: '' } };
  expect([logs.of(monitor), logs.judge(monitor)]).toEqual([none, none]);
  minutes(1, 'ok');
  edit({ 'slo-uptime': 99.9 });
  expect(logs.of(monitor)).toBeUndefined();
});

it.each([
  ['on', false, true],
  ['on', true, false],
  ['off', true, true],
  ['off', false, false],
  ['unknown', true, false],
  ['unknown', false, false],
] as const)('a verdict %s, while it burns: %s; may change something: %s', (is, burns, may) => {
  const verdicts: BurnVerdicts = { fast: { is: 'unknown', message: '' }, slow: { is, message: '' } };
  expect(mayChange(verdicts, burns ? { slow: {} } : {})).toBe(may);
  expect(mayChange(undefined, { slow: {} })).toBe(false);
});
