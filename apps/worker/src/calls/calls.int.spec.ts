import { beforeEach, describe, expect, test } from '@jest/globals';
import type { Call, CallRecord } from '@9volt/contracts';
import { decode } from '@9volt/etcd-dal';
import { startSeverableProxy, waitFor, wholeMember } from '@9volt/etcd-dal/testing';
import { WorkerBench } from '../testing/worker-bench.js';
import type { LeaderStandIn } from '../testing/worker-rig.js';
import { CallsView } from './calls-view.js';

const NAME = 'nightly';
/** Its slots are an hour apart: only a call, or an overdue one, can cause an earlier check. */
const settings = (more: object = {}): object => ({
  type: 'push',
  token: 'a-token-of-a-job',
  interval: '1h',
  grace: '1h',
  'critical-alerter': ['pager'],
  ...more,
});
/** Overdue 700 ms after the last call. */
const SOON = { interval: '500ms', grace: '200ms' };

const bench = new WorkerBench();
const { startWorker } = bench;
let view: LeaderStandIn;
beforeEach(() => {
  ({ view } = bench);
});

/** As the API writes a call; the clock of its host may differ. */
async function call(last: Partial<Call> = {}, more: Partial<CallRecord> = {}): Promise<void> {
  const now = new Date().toISOString();
  const record: CallRecord = {
    createRevision: 50,
    awaitedSince: now,
    last: { at: now, status: 'ok', ...last },
    ...more,
  };
  await view.put(view.keys.push(NAME), record);
}

async function record(): Promise<CallRecord | undefined> {
  const entry = await view.client.get(view.keys.push(NAME));
  return entry && decode<CallRecord>(entry.value);
}

describe('a monitor that waits for calls', () => {
  test('is judged with each call, however rare its slots are', async () => {
    const worker = await startWorker();
    await view.assign(worker.id, NAME, settings());
    await view.reaches(NAME, { status: 'ok' });
    await call({ status: 'critical', message: 'disk full' });
    await view.reaches(NAME, { status: 'critical', message: 'The job says critical: disk full' });
    await call();
    await view.reaches(NAME, { status: 'ok' });
    expect(view.said(NAME)).toEqual(['pager: critical', 'pager: resolve (recovered)']);
  });

  test('fails as soon as a call is overdue, and recovers with the next', async () => {
    const worker = await startWorker();
    await view.assign(worker.id, NAME, settings({ interval: '1h', grace: '1h' }));
    await view.reaches(NAME, { status: 'ok' });
    // An hour in the past by the clock of its host, but just arrived.
    await call({ at: new Date(Date.now() - 3_600_000).toISOString() });
    await view.assign(worker.id, NAME, settings(SOON));
    const { message } = await view.reaches(NAME, { status: 'critical' });
    expect(message).toMatch(/^No call since .*; expected one within 700ms$/);
    await view.assign(worker.id, NAME, settings());
    await call();
    await view.reaches(NAME, { status: 'ok' });
  });

  test('expects no calls while its checks are stopped, and waits for them from the end on', async () => {
    const worker = await startWorker();
    await call();
    const pauseUntil = (at: number): Promise<unknown> =>
      view.put(view.keys.pause(NAME), { until: new Date(at).toISOString(), at: new Date().toISOString() });
    await pauseUntil(Date.now() + 60_000);
    await view.assign(worker.id, NAME, settings({ interval: '2s', grace: '1s' }));
    await waitFor(() => worker.holds(NAME));
    const endsAt = Date.now() + 3_000;
    await pauseUntil(endsAt);
    const { since } = await view.reaches(NAME, { status: 'critical' });
    expect(Date.parse(since)).toBeGreaterThan(endsAt + 2_500);
    // For the next owner, too.
    const { awaitedSince, last } = (await record()) as CallRecord;
    expect(Date.parse(awaitedSince)).toBeGreaterThanOrEqual(endsAt - 100);
    expect(last).toMatchObject({ status: 'ok' });
  });

  test.each([
    ['a moment ago', 1_000, 'ok'],
    ['longer ago than a call may take', 7_300_000, 'critical'],
  ] as const)('a pause that ended %s, before its owner took over', async (_what, agoMs, status) => {
    const at = new Date(Date.now() - 24 * 3_600_000).toISOString();
    const until = new Date(Date.now() - agoMs).toISOString();
    await call({ at }, { awaitedSince: at });
    await view.put(view.keys.pause(NAME), { until, at });
    const worker = await startWorker();
    await view.assign(worker.id, NAME, settings());
    await view.reaches(NAME, { status });
    expect(view.said(NAME)).toEqual(status === 'ok' ? [] : ['pager: critical']);
    // For the next owner, too: by then the pause may be swept.
    await waitFor(async () => (await record())?.awaitedSince === until);
  });

  test('that was never called fails, too', async () => {
    const worker = await startWorker();
    await view.assign(worker.id, NAME, settings(SOON));
    await view.reaches(NAME, { status: 'ok' });
    const { message } = await view.reaches(NAME, { status: 'critical' });
    expect(message).toMatch(/^No call ever, awaited since/);
  });

  test('runs when a call is overdue, though its slots are far apart', async () => {
    const at = new Date(Date.now() - 2 * 3_600_000 + 2_500).toISOString();
    await call({ at }, { awaitedSince: at });
    const worker = await startWorker();
    await view.assign(worker.id, NAME, settings());
    const { message } = await view.reaches(NAME, { status: 'critical' });
    expect(message).toBe(`No call since ${at}; expected one within 2h`);
    expect(view.states[0]).toMatchObject({ state: { status: 'ok' } });
  });

  test('remembers since when it waits for calls, and the last one, when its owner changes', async () => {
    const first = await startWorker('w1');
    await view.assign(first.id, NAME, settings());
    await view.reaches(NAME, { status: 'ok' });
    await waitFor(async () => (await record()) !== undefined);
    const begun = await record();
    expect(begun).toEqual({ createRevision: 50, awaitedSince: expect.any(String) });
    const second = await startWorker('w2');
    await view.delete(view.keys.assignment(first.id, NAME));
    await waitFor(() => !first.holds(NAME));
    // The job last called two hours and more ago, and two hours are allowed.
    const long = new Date(Date.now() - 7_300_000).toISOString();
    await call({ at: long }, { awaitedSince: long });
    await second.stop();
    const third = await startWorker('w3');
    await view.assign(third.id, NAME, settings());
    const { message } = await view.reaches(NAME, { status: 'critical' });
    expect(message).toBe(`No call since ${long}; expected one within 2h`);
  });

  const HOUR = 3_600_000;
  const ago = (ms: number): string => new Date(Date.now() - ms).toISOString();

  /** Our clock is nine hours ahead of those of the other workers. */
  async function beNineHoursAhead(): Promise<void> {
    for (const MemberID of ['w8', 'w9']) {
      await view.put(view.keys.member(MemberID), { ...wholeMember, MemberID, LastUpdated: ago(9 * HOUR) });
    }
  }

  test.each([
    ['an hour', 10, 'ok'],
    ['three hours', 12, 'critical'],
  ] as const)('was called %s ago, by the clocks of most workers', async (_title, hours, status) => {
    await beNineHoursAhead();
    await call({ at: ago(hours * HOUR) }, { awaitedSince: ago(20 * HOUR) });
    const worker = await startWorker();
    await view.assign(worker.id, NAME, settings());
    await view.reaches(NAME, { status });
    expect(view.said(NAME)).toEqual(status === 'ok' ? [] : ['pager: critical']);
  });

  test('waits for calls from a time that the other workers understand', async () => {
    await beNineHoursAhead();
    const worker = await startWorker();
    await view.assign(worker.id, NAME, settings());
    await waitFor(async () => (await record()) !== undefined);
    const begun = Date.parse((await record())?.awaitedSince ?? '');
    expect(Math.round((Date.now() - begun) / HOUR)).toBe(9);
  });

  test('waits for calls since its record appeared, whatever the clock of its owner said', async () => {
    const worker = await startWorker();
    await waitFor(() => worker.get(CallsView).isCurrent);
    await view.put(view.keys.push(NAME), { createRevision: 50, awaitedSince: ago(10 * HOUR) });
    await view.assign(worker.id, NAME, settings());
    await view.reaches(NAME, { status: 'ok' });
    expect(view.said(NAME)).toEqual([]);
  });

  test('does not count the calls of an earlier monitor of its name', async () => {
    const long = new Date(Date.now() - 86_400_000).toISOString();
    await call({ at: long, status: 'critical' }, { createRevision: 7, awaitedSince: long });
    const worker = await startWorker();
    await view.assign(worker.id, NAME, settings());
    await view.reaches(NAME, { status: 'ok' });
    await waitFor(async () => (await record())?.createRevision === 50);
    expect((await record())?.last).toBeUndefined();
  });

  test('does not blame its job for calls that could not arrive without etcd', async () => {
    const proxy = await startSeverableProxy(bench.etcd.clientPort);
    const worker = await startWorker('w1', { endpoint: proxy.endpoint });
    await view.assign(worker.id, NAME, settings({ interval: '900ms', grace: '600ms' }));
    await view.reaches(NAME, { status: 'ok' });
    const calling = setInterval(() => void call(), 300);
    await waitFor(async () => (await record())?.last !== undefined);
    clearInterval(calling);
    proxy.cut();
    await new Promise((resolve) => setTimeout(resolve, 4_000));
    proxy.heal();
    const again = setInterval(() => void call(), 300);
    await waitFor(async () => worker.node.isMember && (await view.state(NAME))?.status === 'ok');
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    clearInterval(again);
    expect(view.said(NAME)).toEqual([]);
    await proxy.stop();
  }, 30_000);
});
