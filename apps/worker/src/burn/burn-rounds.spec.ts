import { beforeEach, expect, it } from '@jest/globals';
import { type Assignment, CLASS, MonitorSettings, NO_PHASES, type Tally } from '@9volt/contracts';
import { type ClusterNode, type ClusterTime, encodeTallies, type HistoryStore } from '@9volt/etcd-dal';
import type { AppLogger, Metrics } from '@9volt/platform';
import type { Evaluations } from '../ledger/evaluations.js';
import type { HoldRules } from '../ledger/hold-rules.js';
import type { StateWriter } from '../ledger/state-writer.js';
import { OwnedMonitor } from '../owned/owned-monitor.js';
import { FakeClock } from '../testing/fake-clock.js';
import { BurnLogs } from './burn-logs.js';
import { BurnRounds } from './burn-rounds.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

let clock: FakeClock;
let rounds: BurnRounds;
let logs: BurnLogs;
let monitor: OwnedMonitor;
let submitted: string[];
let warned: string[];
/** How often somebody began to read the history. */
let reads: number;
let isBroken: boolean;
let isMember: boolean;
/** How many milliseconds of an hour were down, by how many hours it was before the last one. */
let downOf: (hoursBefore: number) => number;

/** The history of the hours before, as etcd has it. */
function history(): Partial<HistoryStore> {
  const now = Math.floor(clock.now() / HOUR);
  const tallyOf = (n: number): Tally => ({
    ...{ first: n * HOUR, firstClass: CLASS.ok, last: (n + 1) * HOUR, lastClass: CLASS.ok, holdMs: 16_000 },
    ...{ runs: 360, failures: 0, overruns: 0, maybeDown: 0, maybeUp: 0, latency: [], phases: NO_PHASES, changes: [] },
    time: [HOUR - downOf(now - 1 - n), 0, downOf(now - 1 - n), 0, 0, 0, 0],
  });
  return {
    periods: { minute: MINUTE, hour: HOUR, day: 24 * HOUR },
    indexOf: async (level) => {
      reads++;
      if (isBroken) throw new Error('etcd is away');
      if (level !== 'hour') return new Map();
      const hours = Array.from({ length: 72 }, (_, before) => now - 1 - before);
      return new Map(hours.map((n) => [n, [{ key: String(n), digest: 'd', modRevision: 1 }]]));
    },
    learnNames: async () => {},
    namesOf: () => ['web'],
    readAll: (async (keys: readonly string[]) =>
      keys.map((key) => ({
        value: encodeTallies({
          ...{ names: ['web'], from: Number(key) * HOUR, unitMs: 100 },
          tallies: new Map([['web', tallyOf(Number(key))]]),
        }),
      }))) as unknown as HistoryStore['readAll'],
  };
}

beforeEach(() => {
  clock = new FakeClock();
  clock.stall(10 * MINUTE);
  [submitted, warned, reads, isBroken, isMember] = [[], [], 0, false, true];
  // 2.8 times too fast over three days.
  downOf = () => 10_000;
  const value: Assignment = {
    ...{ phase: 'run', revision: 7, createRevision: 7, assignedAt: '' },
    settings: Object.assign(new MonitorSettings(), { type: 'tcp', interval: '10s', 'slo-uptime': 99.9 }),
  };
  monitor = new OwnedMonitor('web', { key: 'k', value, createRevision: 7, modRevision: 7 });
  const node = {
    stores: { history: history() },
    get isMember(): boolean {
      return isMember;
    },
  } as unknown as ClusterNode;
  logs = new BurnLogs(node, clock, { aheadMs: 0 } as ClusterTime, { restOf: () => undefined } as unknown as HoldRules);
  rounds = new BurnRounds(
    node,
    logs,
    { storedOf: () => ({ state: {} }), openOnes: new Set() } as unknown as Evaluations,
    { submit: ({ name }: OwnedMonitor) => submitted.push(name) } as unknown as StateWriter,
    { child: () => ({ warn: (text: string) => warned.push(text) }) } as unknown as AppLogger,
    { gauge: () => {} } as unknown as Metrics,
  );
});

function checked(seconds: number): void {
  for (let s = 0; s < seconds; s += 10) {
    logs.ran(monitor, { status: 'ok', message: '', latencyMs: 0 }, clock.now());
    clock.stall(10_000);
  }
}

it('judges by the hours before, although all own results are well', async () => {
  checked(40);
  await rounds.round();
  expect([logs.of(monitor)?.slow.is, submitted]).toEqual(['on', ['web']]);
});

it('knows all of the three days: an outage of the last hour is small beside them', async () => {
  downOf = (hoursBefore) => (hoursBefore === 0 ? MINUTE : 0);
  checked(40);
  await rounds.round();
  expect([logs.of(monitor)?.slow.is, submitted]).toEqual(['unknown', []]);
  expect(logs.judge(monitor)?.fast.is).toBe('unknown');
});

it('does not read before the owner before has written its last results', async () => {
  checked(20);
  await rounds.round();
  expect([reads, logs.of(monitor)]).toEqual([0, undefined]);
  checked(20);
  await rounds.round();
  expect([reads, logs.of(monitor)?.slow.is]).toEqual([2, 'on']);
  await rounds.round();
  expect(reads).toBe(2);
});

it('judges nothing while it cannot read, says so once, and reads later', async () => {
  isBroken = true;
  checked(40);
  await rounds.round();
  await rounds.round();
  expect([logs.of(monitor), submitted]).toEqual([undefined, []]);
  expect(warned).toEqual(['could not read the history of error budgets; will retry']);
  isBroken = false;
  await rounds.round();
  expect(submitted).toEqual(['web']);
});

it('reads nothing while it is no member', async () => {
  isMember = false;
  checked(40);
  await rounds.round();
  expect(reads).toBe(0);
});

it('leaves a monitor alone of which only notifications are left', async () => {
  checked(40);
  const { assignment, key, modRevision, createRevision } = monitor;
  monitor.update({ key, modRevision, createRevision, value: { ...assignment, phase: 'deliver' } });
  await rounds.round();
  expect(submitted).toEqual([]);
});
