import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Sample, VitalsEntry } from '@9volt/contracts';
import { encode, type Op } from '@9volt/etcd-dal';
import { startEtcd, type TestEtcd, uniquePrefix, waitFor } from '@9volt/etcd-dal/testing';
import { assignment, member, state, tcp, vitals, written } from '../testing/fixtures.js';
import { callerOf } from '../testing/http.js';
import { startApi, type TestApi } from '../testing/start-api.js';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const INTERVALS = {
  '1s': SECOND,
  '10s': 10 * SECOND,
  '1m': MINUTE,
  '3m': 3 * MINUTE,
  '9m': 9 * MINUTE,
  '1h': HOUR,
  '24h': DAY,
};
const RECORDED_MS = 10 * MINUTE;
const names = Object.keys(INTERVALS);
const index = { generation: 7, names: [...names, 'silent'] };

let etcd: TestEtcd;
let prefix: string;
const running: TestApi[] = [];

beforeEach(async () => {
  etcd = await startEtcd();
  prefix = uniquePrefix();
}, 30_000);
afterEach(async () => {
  for (const api of running.splice(0)) await api.stop();
  await etcd.stop();
});

async function anApi(): Promise<TestApi> {
  const api = await startApi(etcd.endpoint, { prefix, flags: { memberId: `api-${running.length}` } });
  running.push(api);
  return api;
}

type Shown = Record<string, { status: string; lastRun: string | null; latencyMs: number | null; message: string }>;

async function shown({ url }: TestApi): Promise<Shown> {
  const { status, body } = await callerOf(url)('GET', '/api/v1/state?sort=name');
  expect(status).toBe(200);
  const list = body as (Shown[string] & { name: string })[];
  return Object.fromEntries(
    list.map(({ name, status, lastRun, latencyMs, message }) => [name, { status, lastRun, latencyMs, message }]),
  );
}

const entry = (name: string, ...samples: Sample[]): VitalsEntry => ({
  name,
  samples,
  runs: samples.length,
  overruns: 0,
  nextDueAt: Date.now(),
});

/** All that a worker has written about monitors that were last checked at these times; `clock` says what its clock shows now. */
function cluster(api: TestApi, clock: number): { setUp: Op[]; dumps: Op[][] } {
  const { node } = api;
  const ago = (ms: number): string => new Date(clock - ms).toISOString();
  const last: Record<string, number> = { silent: 4 * HOUR };
  for (const [name, everyMs] of Object.entries(INTERVALS)) last[name] = Math.round(0.9 * everyMs);
  const intervalOf = (name: string): string => (name === 'silent' ? '1h' : name);
  const sampled = (name: string): Sample => ({
    at: clock - (last[name] ?? 0),
    latencyMs: 4,
    status: 'ok',
    message: `run of ${name}`,
  });
  const all = index.names;
  const setUp = [
    member(node, 'w1'),
    ...all.flatMap((name) => {
      const settings = tcp({ interval: intervalOf(name) });
      const isRecorded = (INTERVALS[intervalOf(name) as '1h'] ?? 0) >= RECORDED_MS;
      const lastRunAt = ago(isRecorded ? (last[name] ?? 0) : 2 * DAY);
      return [
        { put: node.keys.monitor(name), value: encode(settings) },
        assignment(node, 'w1', name, settings),
        state(node, name, { since: ago(2 * DAY), date: ago(2 * DAY), lastRunAt }),
      ];
    }),
  ];
  const fast = entry('1s', sampled('1s'));
  const dumps = [
    // Names that changed since: nobody who starts later can read it.
    vitals(
      node,
      'w1',
      58,
      all.map((name) => entry(name, sampled(name))),
      clock,
      { generation: 6, names: all },
    ),
    vitals(
      node,
      'w1',
      59,
      all.map((name) => entry(name, sampled(name))),
      clock,
      index,
    ),
    vitals(node, 'w1', 0, [fast, entry('10s', sampled('10s'))], clock, index),
    vitals(node, 'w1', 1, [fast], clock, index),
    vitals(node, 'w1', 2, [fast], clock, index),
  ];
  return { setUp, dumps };
}

async function fill(api: TestApi, clock = Date.now()): Promise<void> {
  const { setUp, dumps } = cluster(api, clock);
  await written(api.node, ...setUp);
  for (const ops of dumps) await api.settled(await written(api.node, ...ops));
}

const expected = { ...Object.fromEntries(names.map((name) => [name, 'ok'])), silent: 'stale' };
const statuses = (all: Shown): object =>
  Object.fromEntries(Object.entries(all).map(([name, { status }]) => [name, status]));

describe('an API that starts late', () => {
  test('answers like one that saw everything, whatever the interval', async () => {
    const old = await anApi();
    await fill(old);
    const before = await shown(old);
    expect(statuses(before)).toEqual(expected);
    const late = await anApi();
    expect(await shown(late)).toEqual(before);
  }, 30_000);

  test('knows from a note when the owner before checked a monitor', async () => {
    const old = await anApi();
    const { keys } = old.node;
    const settings = tcp({ interval: '3m' });
    const ranAt = Date.now() - 2 * MINUTE;
    const held = JSON.parse(
      String((assignment(old.node, 'w2', 'moved', settings) as { value: string }).value),
    ) as object;
    await old.settled(
      await written(
        old.node,
        member(old.node, 'w2'),
        { put: keys.monitor('moved'), value: encode(settings) },
        state(old.node, 'moved', { lastRunAt: new Date(Date.now() - DAY).toISOString() }),
        { put: keys.assignment('w2', 'moved'), value: encode({ ...held, lastRunAt: ranAt, lastRunBy: 'w1' }) },
      ),
    );
    expect(statuses(await shown(await anApi()))).toEqual({ moved: 'ok' });
  }, 30_000);

  test.each([-3 * HOUR, 3 * HOUR])(
    'waits for a sign of a worker whose clock is %d ms ahead',
    async (aheadMs) => {
      const old = await anApi();
      await fill(old, Date.now() + aheadMs);
      expect(statuses(await shown(old))).toMatchObject({ '1s': 'ok', '3m': 'ok' });
      const late = await startApi(etcd.endpoint, { prefix, ready: false });
      running.push(late);
      const dumping = setInterval(() => {
        const clock = Date.now() + aheadMs;
        const fast = entry('1s', { at: clock - 100, latencyMs: 4, status: 'ok' });
        void written(old.node, ...vitals(old.node, 'w1', 3, [fast], clock, index)).catch(() => undefined);
      }, 500);
      const call = callerOf(late.url);
      const readings: string[] = [];
      for (;;) {
        const { status, text } = await call('GET', '/api/v1/state');
        if (status === 200) break;
        readings.push(text);
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      clearInterval(dumping);
      expect(readings.filter((text) => text.includes('reading'))).not.toEqual([]);
      expect(statuses(await shown(late))).toMatchObject({ '1s': 'ok', '10s': 'ok', '3m': 'ok', '9m': 'ok' });
    },
    40_000,
  );

  test('agrees that a live worker without dumps is silent', async () => {
    const first = await anApi();
    const config = { ...first.node.config, StateDumpInterval: '1s' };
    await written(first.node, { put: first.node.keys.config, value: encode(config) });
    const old = await anApi();
    await fill(old);
    await waitFor(async () => (await shown(old))['9m']?.status === 'stale');
    const before = statuses(await shown(old));
    expect(statuses(await shown(await anApi()))).toEqual(before);
  }, 30_000);
});
