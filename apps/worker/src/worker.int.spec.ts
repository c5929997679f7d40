import { setTimeout as sleep } from 'node:timers/promises';
import { beforeEach, describe, expect, jest, test } from '@jest/globals';
import { sampleAlarm, startPagerDutyStandIn } from '@9volt/alerters/testing';
import type { OutboxEntry } from '@9volt/contracts';
import { decodeVitals, decodeVitalsIndex } from '@9volt/etcd-dal';
import { startEtcd, waitFor, wholeOutboxEntry } from '@9volt/etcd-dal/testing';
import { Metrics } from '@9volt/platform';
import { someOf } from '@9volt/testing';
import { CallsView } from './calls/calls-view.js';
import { InFlight } from './outbox/in-flight.js';
import { CheckRunner } from './execution/check-runner.js';
import { WorkerBench } from './testing/worker-bench.js';
import { LeaderStandIn, type WebTarget, WorkerRig } from './testing/worker-rig.js';
import { VitalsWriter } from './vitals/vitals-writer.js';

const bench = new WorkerBench();
const { startWorker } = bench;
let view: LeaderStandIn;
let web: WebTarget;
beforeEach(() => {
  ({ view, web } = bench);
});

/** An interval of 100 ms, warning after 2 failures, critical after 3. */
const settings = (): object => ({
  ...web.settings,
  interval: '100ms',
  timeout: '90ms',
  'warning-threshold': 2,
  'critical-threshold': 3,
  'warning-alerter': ['chat', 'both'],
  'critical-alerter': ['pager', 'both'],
});

const ALARMS = ['chat: warning', 'both: warning', 'pager: critical', 'both: critical'];
const RESOLVES = ['both: resolve (recovered)', 'chat: resolve (recovered)', 'pager: resolve (recovered)'];

describe('a target that goes down and comes back', () => {
  test('goes through every status; each alerter gets each transition once, and one resolve', async () => {
    const worker = await startWorker();
    await view.assign(worker.id, 'web', settings());
    const ok = await view.reaches('web', { status: 'ok', count: 0 });
    expect(ok).toMatchObject({ owner: worker.id, ownerName: 'w1', message: 'N/A', incident: null, createRevision: 50 });
    web.healthy = false;
    const critical = await view.reaches('web', { status: 'critical', count: 3 });
    expect(critical).toMatchObject({
      incident: { id: '50.1', worst: 'critical' },
      told: { chat: 'warning', both: 'critical', pager: 'critical' },
      message: "Received status code '503' does not match expected status code '200'",
    });
    expect(await view.incident('web')).toMatchObject({ id: '50.1', closedAt: null, worst: 'critical' });
    const writes = view.states.length;
    await sleep(500);
    expect(view.states).toHaveLength(writes);
    web.healthy = true;
    await view.reaches('web', { status: 'ok', count: 0, incidents: 1 });
    expect(view.said('web')).toEqual([...ALARMS, ...RESOLVES]);
    expect(await view.incident('web')).toMatchObject({ id: '50.1', reason: 'recovered', closedAt: expect.any(String) });
    expect(view.owed[0]?.alert).toMatchObject({
      key: `${bench.prefix}/web/50.1`,
      link: 'http://volt.example.com/ui/monitor/web',
      worker: 'w1',
      target: expect.stringContaining('http://127.0.0.1'),
    });
    expect(worker.events.filter(({ type }) => type === 'status-changed').map(({ details }) => details?.['to'])).toEqual(
      ['warning', 'critical', 'ok'],
    );
  });

  test('that flaps at every check is written at most once a second on average, and every notification is true', async () => {
    const worker = await startWorker();
    await view.assign(worker.id, 'web', {
      ...settings(),
      interval: '20ms',
      timeout: '19ms',
      'critical-threshold': 1,
      'warning-threshold': 0,
    });
    await view.reaches('web', { status: 'ok' });
    const flapping = setInterval(() => (web.healthy = !web.healthy), 50);
    await sleep(3_000);
    clearInterval(flapping);
    web.healthy = true;
    expect(view.states.length).toBeLessThanOrEqual(3 + 4);
    expect(view.states.length).toBeGreaterThan(3);
    await view.reaches('web', { status: 'ok', count: 0 });
    const heard = view.said('web').filter((line) => line.startsWith('pager'));
    someOf(heard).forEach((line, index) => expect(line).toContain(index % 2 === 0 ? 'critical' : 'resolve'));
  });
});

describe('a change of the assignment', () => {
  test('an edit runs at once and keeps the incident; a new alerter is notified with the next result', async () => {
    const worker = await startWorker();
    web.healthy = false;
    await view.assign(worker.id, 'web', settings());
    const { incident } = await view.reaches('web', { status: 'critical' });
    const asked = web.askedAt.length;
    const edited = {
      ...settings(),
      interval: '1h',
      timeout: '1s',
      'critical-threshold': 5,
      'critical-alerter': ['pager', 'new'],
    };
    const editedAt = performance.now();
    await view.assign(worker.id, 'web', edited, { revision: 900 });
    const state = await view.reaches('web', { revision: 900 });
    expect(web.askedAt.length).toBeGreaterThan(asked);
    expect(performance.now() - editedAt).toBeLessThan(5_000);
    expect(state).toMatchObject({ status: 'critical', incident: { id: incident?.id } });
    expect(view.said('web')).toEqual([...ALARMS, 'new: critical']);
  });

  test('removal: the check stops, notified alerters learn why, the state goes, and the assignment goes last', async () => {
    const worker = await startWorker();
    web.healthy = false;
    await view.assign(worker.id, 'web', settings());
    await view.reaches('web', { status: 'critical' });
    await view.put(view.keys.outboxEntry('web', 'other', 'a'), { ...view.owed[0], alerter: 'other' });
    await view.change(worker.id, 'web', { phase: 'remove', reason: 'disabled' });
    await view.vanishes('web');
    const asked = web.askedAt.length;
    expect(
      view
        .said('web')
        .filter((line) => line.includes('resolve'))
        .sort(),
    ).toEqual(['both', 'chat', 'pager'].map((alerter) => `${alerter}: resolve (disabled)`));
    expect(await view.incident('web')).toMatchObject({ reason: 'disabled', closedAt: expect.any(String) });
    await sleep(300);
    expect(web.askedAt).toHaveLength(asked);
    expect(await view.assignment(worker.id, 'web')).toMatchObject({ phase: 'remove' });
    const { entries } = await view.client.list(view.keys.outbox);
    for (const { key } of entries) await view.delete(key);
    await waitFor(async () => (await view.assignment(worker.id, 'web')) === undefined);
    await waitFor(() => !worker.holds('web'));
  });

  test.each(['changed', 'disabled'] as const)(
    'after the end of an incident because the monitor was %s, the next one has a number and a record of its own',
    async (reason) => {
      const worker = await startWorker();
      web.healthy = false;
      await view.assign(worker.id, 'web', settings());
      await view.reaches('web', { status: 'critical' });
      await view.change(worker.id, 'web', { phase: 'remove', reason });
      await view.vanishes('web');
      // A changed monitor stays with its worker; one that was disabled comes back to any.
      if (reason === 'changed') await view.change(worker.id, 'web', { phase: 'run' });
      else {
        await view.delete(view.keys.assignment(worker.id, 'web'));
        await waitFor(() => !worker.holds('web'));
        await view.assign(worker.id, 'web', settings());
      }
      const next = await view.reaches('web', { status: 'critical', incidents: 2 });
      expect(next.incident).toMatchObject({ id: '50.2' });
      expect(await view.incident('web', 1)).toMatchObject({ id: '50.1', reason, closedAt: expect.any(String) });
      expect(await view.incident('web', 2)).toMatchObject({ id: '50.2', closedAt: null });
      const keys = view.owed.map(({ alert }) => alert.key.split('/').at(-1));
      expect([keys[0], keys.at(-1)]).toEqual(['50.1', '50.2']);
    },
  );

  test('a healthy monitor is removed at once, even while its check hangs', async () => {
    const worker = await startWorker();
    await view.assign(worker.id, 'web', { ...settings(), interval: '10s', timeout: '9s' });
    await view.reaches('web', { status: 'ok' });
    web.delayMs = 5_000;
    void worker
      .get(CheckRunner)
      .runNow('web', new AbortController().signal)
      .catch(() => undefined);
    await waitFor(() => web.askedAt.length === 2);
    await view.change(worker.id, 'web', { phase: 'remove', reason: 'removed' });
    await waitFor(async () => (await view.assignment(worker.id, 'web')) === undefined, { timeoutMs: 4_000 });
    expect(await view.state('web')).toBeUndefined();
    expect(view.owed).toEqual([]);
  });

  test('delivering for nobody: nothing runs, the assignment goes when nothing is pending', async () => {
    const worker = await startWorker();
    await view.put(view.keys.outboxEntry('web', 'chat', 'a'), { ...wholeOutboxEntry, incident: '50.1' });
    await view.assign(worker.id, 'web', settings(), { phase: 'deliver' });
    await sleep(400);
    expect(web.askedAt).toEqual([]);
    expect(await view.assignment(worker.id, 'web')).toBeDefined();
    await view.delete(view.keys.outboxEntry('web', 'chat', 'a'));
    await waitFor(async () => (await view.assignment(worker.id, 'web')) === undefined);
  });

  test('a monitor deleted and created again unnoticed: the old incident is resolved, its record kept apart', async () => {
    const worker = await startWorker();
    web.healthy = false;
    await view.assign(worker.id, 'web', settings());
    await view.reaches('web', { status: 'critical' });
    await view.delete(view.keys.assignment(worker.id, 'web'));
    await waitFor(() => !worker.holds('web'));
    await view.assign(worker.id, 'web', settings(), { createRevision: 77 });
    await view.reaches('web', { status: 'critical', createRevision: 77 });
    expect(
      view
        .said('web')
        .filter((line) => line.includes('resolve'))
        .sort(),
    ).toEqual(['both', 'chat', 'pager'].map((alerter) => `${alerter}: resolve (removed)`));
    expect(view.said('web').filter((line) => line.includes('critical'))).toHaveLength(4);
    expect(await view.incident('web')).toMatchObject({ id: '77.1', closedAt: null });
  });
});

describe('an heir', () => {
  test('continues count, incident and notifications', async () => {
    const first = await startWorker('w1');
    web.healthy = false;
    await view.assign(first.id, 'web', settings(), { revision: 500 });
    await view.reaches('web', { status: 'critical' });
    await first.stop();
    const heir = await startWorker('w2');
    await view.assign(heir.id, 'web', settings(), { revision: 500 });
    await sleep(500);
    web.healthy = true;
    const state = await view.reaches('web', { status: 'ok', count: 0 });
    expect(state).toMatchObject({ owner: heir.id, incidents: 1 });
    expect(view.said('web')).toEqual([...ALARMS, ...RESOLVES]);
  });
});

describe('a worker that leaves', () => {
  test('records when each monitor was last checked', async () => {
    const worker = await startWorker();
    await view.assign(worker.id, 'web', { ...settings(), interval: '1h', timeout: '30s' });
    await view.reaches('web', { status: 'ok' });
    const ranAt = Date.now() - (performance.now() - (web.askedAt[0] as number));
    await worker.stop();
    const left = await view.assignment(worker.id, 'web');
    expect(left).toMatchObject({ phase: 'run', lastRunBy: worker.id });
    expect(Math.abs((left?.lastRunAt ?? 0) - ranAt)).toBeLessThan(10_000);
  });
});

describe('a planned hand-over', () => {
  test('has no gap and no overlap, and the state continues', async () => {
    const [one, two] = [await startWorker('w1'), await startWorker('w2')];
    web.healthy = false;
    web.delayMs = 20;
    await view.assign(one.id, 'web', settings(), { revision: 500 });
    await view.reaches('web', { status: 'critical' });
    await view.change(one.id, 'web', { phase: 'retire', to: two.id });
    await waitFor(async () => (await view.assignment(two.id, 'web')) !== undefined);
    expect(await view.assignment(one.id, 'web')).toBeUndefined();
    expect(await view.assignment(two.id, 'web')).toMatchObject({
      phase: 'run',
      revision: 500,
      lastRunAt: expect.any(Number),
      lastRunBy: one.id,
    });
    expect(await view.assignment(two.id, 'web')).not.toHaveProperty('to');
    await sleep(1_000);
    expect(one.holds('web')).toBe(false);
    expect(two.holds('web')).toBe(true);
    web.healthy = true;
    await view.reaches('web', { status: 'ok', count: 0, owner: two.id });
    expect(view.said('web')).toEqual([...ALARMS, ...RESOLVES]);
    const asked = web.askedAt.slice(1);
    const gaps = asked.slice(1).map((at, index) => at - (asked[index] as number));
    // Nobody waits for the end of a lease.
    expect(Math.max(...gaps)).toBeLessThan(3_000);
    // Two owners would run each slot twice; a check that is late is followed by one on time.
    const slots = ((asked.at(-1) as number) - (asked[0] as number)) / 100;
    expect(asked.length).toBeLessThanOrEqual(slots + 3);
  });

  test('waits for the check and the send in progress; hands over their outcome', async () => {
    const [one, two] = [await startWorker('w1'), await startWorker('w2')];
    const slow = { ...settings(), interval: '1h', timeout: '30s' };
    await view.assign(one.id, 'web', slow, { revision: 500 });
    await view.reaches('web', { status: 'ok' });
    web.healthy = false;
    web.delayMs = 2_000;
    const run = one.get(CheckRunner).runNow('web', new AbortController().signal);
    await waitFor(() => web.askedAt.length === 2);
    const sends = one.get(InFlight);
    await view.change(one.id, 'web', { phase: 'retire', to: two.id });
    await sleep(300);
    expect(await view.assignment(two.id, 'web')).toBeUndefined();
    sends.begin('web');
    await run;
    await sleep(300);
    expect(await view.assignment(two.id, 'web')).toBeUndefined();
    await waitFor(async () => (await view.state('web'))?.count === 1);
    // More than two if the machine held the worker up: such a result does not count, and the check is repeated.
    const asked = web.askedAt.length;
    sends.end('web');
    await waitFor(async () => (await view.assignment(two.id, 'web')) !== undefined);
    expect(await view.state('web')).toMatchObject({ count: 1, owner: one.id });
    await waitFor(() => two.holds('web'));
    expect(web.askedAt).toHaveLength(asked);
  });

  test('to a worker that is gone: everything continues here', async () => {
    const worker = await startWorker();
    await view.assign(worker.id, 'web', settings());
    await view.reaches('web', { status: 'ok' });
    await view.change(worker.id, 'web', { phase: 'retire', to: 'nobody-1' });
    await sleep(300);
    const asked = web.askedAt.length;
    await waitFor(() => web.askedAt.length >= asked + 8);
    expect(await view.assignment(worker.id, 'web')).toMatchObject({ phase: 'retire' });
    expect(await view.assignment('nobody-1', 'web')).toBeUndefined();
  });
});

describe('fencing', () => {
  test('without its member key etcd accepts nothing of a worker; it joins again and continues with what it knows', async () => {
    const worker = await startWorker();
    await view.assign(worker.id, 'web', settings());
    await view.reaches('web', { status: 'ok' });
    const { createRevision: before } = (await view.client.get(view.keys.member(worker.id)))!;
    await view.delete(view.keys.member(worker.id));
    web.healthy = false;
    await view.reaches('web', { status: 'critical' });
    const { createRevision: after } = (await view.client.get(view.keys.member(worker.id)))!;
    expect(after).toBeGreaterThan(before);
    const changed = view.states.filter(({ state }) => state?.status !== 'ok');
    expect(changed).not.toEqual([]);
    for (const { revision } of changed) expect(revision).toBeGreaterThan(after);
    await sleep(100);
    expect(new Set(view.said('web')).size).toBe(view.said('web').length);
    expect(view.said('web')).toEqual(expect.arrayContaining(['chat: warning', 'pager: critical', 'both: critical']));
  });

  test('the result of a check that ends after the monitor moved is dropped', async () => {
    const worker = await startWorker();
    await view.assign(worker.id, 'web', {
      ...settings(),
      interval: '10s',
      timeout: '5s',
      'critical-threshold': 1,
      'warning-threshold': 0,
    });
    const ok = await view.reaches('web', { status: 'ok' });
    web.healthy = false;
    web.delayMs = 300;
    const run = worker.get(CheckRunner).runNow('web', new AbortController().signal);
    void run.catch(() => undefined);
    await waitFor(() => web.askedAt.length === 2);
    // As the leader does it: in one transaction, and faster than the informer could stop the check.
    await view.client.txn({
      compare: [],
      then: [
        { delete: view.keys.assignment(worker.id, 'web') },
        { put: view.keys.assignment('w9', 'web'), value: '{}' },
      ],
    });
    await run.catch(() => undefined);
    await sleep(300);
    expect(await view.state('web')).toEqual(ok);
    expect(view.owed).toEqual([]);
  });

  test('notices its own write that happened late: does not repeat the notifications', async () => {
    const worker = await startWorker();
    await view.assign(worker.id, 'web', { ...settings(), 'warning-threshold': 0, 'critical-threshold': 1 });
    const ok = await view.reaches('web', { status: 'ok' });
    const incident = { id: '50.1', openedAt: ok.date, worst: 'critical' as const };
    await view.put(view.keys.state('web'), {
      ...ok,
      status: 'critical',
      count: 1,
      incident,
      incidents: 1,
      told: { pager: 'critical' },
    });
    web.healthy = false;
    await view.reaches('web', {
      status: 'critical',
      message: "Received status code '503' does not match expected status code '200'",
    });
    expect(view.said('web')).toEqual(['both: critical']);
  });
});

describe('without etcd', () => {
  test('a worker that still waits for its data from etcd can be stopped', async () => {
    const unanswered = jest.spyOn(CallsView.prototype, 'start').mockReturnValue(new Promise(() => undefined));
    try {
      const worker = await startWorker();
      await waitFor(() => unanswered.mock.calls.length > 0);
      await worker.stop();
    } finally {
      unanswered.mockRestore();
    }
  });

  test('checks continue, and their outcome is written afterwards, once', async () => {
    const own = await startEtcd();
    const there = await new LeaderStandIn(own.endpoint, bench.prefix).start();
    const worker = await WorkerRig.start(own.endpoint, bench.prefix);
    try {
      await there.assign(worker.id, 'web', settings());
      await there.reaches('web', { status: 'ok' });
      await own.kill();
      const asked = web.askedAt.length;
      web.healthy = false;
      await waitFor(() => web.askedAt.length >= asked + 25, { what: '25 checks without etcd' });
      await own.restart();
      await there.reaches('web', { status: 'critical', count: 3 });
      web.healthy = true;
      await there.reaches('web', { status: 'ok', count: 0 });
      expect(there.said('web')).toEqual(['chat: warning', 'pager: critical', 'both: critical', ...RESOLVES]);
    } finally {
      await worker.stop();
      await there.stop();
      await own.stop();
    }
  }, 20_000);
});

test('a new monitor runs at once when it is assigned, at the median of 20', async () => {
  const worker = await startWorker();
  const waits: number[] = [];
  for (let index = 0; index < 20; index++) {
    const asked = web.askedAt.length;
    const at = performance.now();
    await view.assign(worker.id, `web${index}`, { ...settings(), interval: '1h', timeout: '30s' });
    await waitFor(() => web.askedAt.length > asked);
    waits.push((web.askedAt[asked] as number) - at);
  }
  waits.sort((a, b) => a - b);
  console.info(`assignment to first run: median ${Math.round(waits[10] as number)} ms (asked: 100 ms)`);
  expect(waits[10]).toBeLessThan(1_000);
});

test('vitals contain each result, the member key the load', async () => {
  const worker = await startWorker();
  await view.assign(worker.id, 'web', settings());
  await waitFor(() => web.askedAt.length >= 5);
  await worker.get(VitalsWriter).dump();
  const index = decodeVitalsIndex((await view.client.get(view.keys.vitalsIndex(worker.id, 0)))!.value)!;
  expect(index.names).toEqual(['web']);
  const { entries } = await view.client.list(view.keys.vitalsOf(worker.id));
  const slots = entries.filter(({ key }) => !key.endsWith('index'));
  const vitals = slots.flatMap(({ value }) => decodeVitals(value, [index])?.entries ?? []);
  expect(vitals.reduce((sum, { runs }) => sum + runs, 0)).toBeGreaterThanOrEqual(4);
  expect(vitals[0]?.samples[0]).toMatchObject({ status: 'ok', latencyMs: expect.any(Number) });
  const member = JSON.parse((await view.client.get(view.keys.member(worker.id)))!.value.toString());
  expect(member.Load).toMatchObject({ checks: 1, overruns: expect.any(Number) });
  expect(member.Load.checksPerSecond).toBeGreaterThan(0);
});

describe('a plugin', () => {
  const plugin = {
    ...{ type: 'exec', command: '/bin/sh', args: ['-c', 'echo "LOAD OK - 0.5|load1=0.5;5"'], nagios: true },
    ...{ interval: '100ms', 'critical-threshold': 3, 'critical-alerter': ['pager'] },
  };

  test('is kept with its message and values, and shown in the requested metrics', async () => {
    const worker = await startWorker();
    await view.assign(worker.id, 'load', plugin);
    await view.reaches('load', { status: 'ok', count: 0 });
    await worker.get(VitalsWriter).dump();
    const index = decodeVitalsIndex((await view.client.get(view.keys.vitalsIndex(worker.id, 0)))!.value)!;
    const { entries } = await view.client.list(view.keys.vitalsOf(worker.id));
    const samples = entries.flatMap(({ value }) => decodeVitals(value, [index])?.entries[0]?.samples ?? []);
    expect(samples).toContainEqual(
      expect.objectContaining({
        message: 'LOAD OK - 0.5',
        performance: [{ label: 'load1', value: 0.5, warn: '5' }],
      }),
    );
    expect(await worker.get(Metrics).registry.metrics()).toContain(
      'ninevolt_performance_value{monitor="load",label="load1",unit=""} 0.5',
    );
  });

  test('that this worker does not permit is unknown at once, and notified at the critical threshold', async () => {
    const worker = await startWorker('w1', { programs: { rules: [], atOnce: 1 } });
    await view.assign(worker.id, 'load', plugin);
    const state = await view.reaches('load', { status: 'unknown', count: 3 });
    expect(state).toMatchObject({
      message:
        "The worker does not run command '/bin/sh': this worker runs no programs; --exec-allow /bin/sh would permit it",
    });
    expect(view.states.map(({ state }) => state?.status)).not.toContain('ok');
    expect(view.said('load')).toEqual(['pager: unknown']);
  });
});

test('a stop lets the check in progress end, and stores its outcome', async () => {
  const worker = await startWorker();
  await view.assign(worker.id, 'web', {
    ...settings(),
    interval: '1h',
    timeout: '5s',
    'warning-threshold': 0,
    'critical-threshold': 1,
  });
  await view.reaches('web', { status: 'ok' });
  web.healthy = false;
  web.delayMs = 500;
  void worker
    .get(CheckRunner)
    .runNow('web', new AbortController().signal)
    .catch(() => undefined);
  await waitFor(() => web.askedAt.length === 2);
  await worker.stop();
  expect(await view.state('web')).toMatchObject({ status: 'critical' });
  expect(await view.client.get(view.keys.member(worker.id))).toBeUndefined();
});

test('a stop has sent the notifications of its last checks; no pending notification waits for a slow check', async () => {
  const pager = await startPagerDutyStandIn();
  try {
    await view.put(view.keys.alerter('pager'), pager.alerter);
    const worker = await startWorker();
    const rare = { ...settings(), interval: '1h', timeout: '30s', 'warning-threshold': 0, 'critical-threshold': 1 };
    await view.assign(worker.id, 'web', { ...rare, 'critical-alerter': ['pager'] });
    await view.reaches('web', { status: 'ok' });
    const { signal } = new AbortController();
    web.healthy = false;
    web.delayMs = 1_500;
    const run = worker.get(CheckRunner).runNow('web', signal);
    await waitFor(() => web.askedAt.length === 2);
    const stopped = worker.stop();
    const earlier: OutboxEntry = {
      id: 'a',
      alerter: 'pager',
      incident: '7.1',
      alert: sampleAlarm({ monitor: 'web', key: `${bench.prefix}/web/7.1` }),
      createdAt: new Date().toISOString(),
    };
    await view.put(view.keys.outboxEntry('web', 'pager', 'a'), earlier);
    await pager.waitForAccepted(1);
    expect(await view.state('web')).toMatchObject({ status: 'ok' });
    await run;
    await stopped;
    expect(pager.accepted.map(({ message }) => message.dedup_key)).toEqual([
      `${bench.prefix}/web/7.1`,
      `${bench.prefix}/web/50.1`,
    ]);
    expect((await view.client.list(view.keys.outbox)).entries).toEqual([]);
  } finally {
    await pager.close();
  }
});
