import { existsSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type PagerDutyEvent, type StandIn, startPagerDutyStandIn } from '@9volt/alerters/testing';
import { type CheckResult, type ProgramRules, type RequestBody, timeId, type WorkerRequest } from '@9volt/contracts';
import { type ClusterNode, decode, encode } from '@9volt/etcd-dal';
import { startEtcd, type TestEtcd, testNode, uniquePrefix, waitFor } from '@9volt/etcd-dal/testing';
import { GuardedTargets } from '@9volt/monitors';
import '@9volt/monitors/testing/poisonous-types';
import { AppLogger, Metrics, SecretReader } from '@9volt/platform';
import { Programs } from '@9volt/process';
import { someOf } from '@9volt/testing';
import { TestOwnership } from '../notification/testing/delivery-rig.js';
import { IsolatedRuns } from '../running/isolated-runs.js';
import { SourceEntry } from '../testing/source-entry.js';
import { OwnedMonitors } from '../owned/owned-monitors.js';
import { Answers } from './answers.js';
import { RequestService } from './request.service.js';
import { RequestSettings } from './request-settings.js';

/** A test runs in a process of its own, which takes a while to start from the sources. */
const ANSWERED_MS = 30_000;

const OK: CheckResult = { status: 'ok', message: 'N/A', latencyMs: 3 };

/** Runs nothing: counts, and answers when the test lets it. */
class TestRunner {
  readonly runs: string[] = [];
  aborted = 0;
  answer: (signal: AbortSignal) => Promise<CheckResult> = () => Promise.resolve(OK);

  async runNow(monitor: string, signal: AbortSignal): Promise<CheckResult> {
    this.runs.push(monitor);
    signal.addEventListener('abort', () => this.aborted++);
    return this.answer(signal);
  }
}

const untilAborted = (signal: AbortSignal): Promise<CheckResult> =>
  new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(new Error('aborted'))));

interface Worker {
  node: ClusterNode;
  ownership: TestOwnership;
  runner: TestRunner;
  service: RequestService;
}

let etcd: TestEtcd;
let asker: ClusterNode;
let lease: string;
let prefix: string;
let closing: (() => Promise<void>)[] = [];

beforeAll(async () => {
  etcd = await startEtcd();
});
afterAll(async () => {
  await etcd.stop();
});
beforeEach(async () => {
  prefix = uniquePrefix();
  asker = testNode(etcd.endpoint, prefix);
  lease = (await asker.client.grantLease(60_000)).id;
  closing.push(() => asker.stop());
});
afterEach(async () => {
  for (const close of closing.reverse()) await close();
  closing = [];
});

async function startWorker(
  tags: string[] = [],
  settings: Partial<RequestSettings> = {},
  rules: ProgramRules = 'any',
): Promise<Worker> {
  const node = testNode(etcd.endpoint, prefix, { role: 'worker', tags });
  const monitors = new OwnedMonitors();
  const ownership = new TestOwnership(node, monitors);
  const runner = new TestRunner();
  const isolated = new IsolatedRuns(
    { programs: { rules, atOnce: 8 }, targets: { allow: [], deny: [] } },
    new SourceEntry(),
  );
  const own = Object.assign(new RequestSettings(), settings);
  const answers = new Answers(
    node,
    runner,
    isolated,
    new SecretReader(),
    new Programs(rules, 8),
    new GuardedTargets(),
    own,
  );
  const service = new RequestService(node, monitors, answers, AppLogger.silent(), new Metrics(), own);
  await node.start('');
  service.onApplicationBootstrap();
  closing.push(async () => {
    await service.beforeApplicationShutdown();
    await node.stop();
  });
  return { node, ownership, runner, service };
}

async function ask(body: RequestBody): Promise<string> {
  const request: WorkerRequest = { id: timeId(), body, createdAt: new Date().toISOString() };
  const key = asker.keys.request(request.id);
  await asker.client.txn({ compare: [], then: [{ put: key, value: encode(request), lease }] });
  return key;
}

async function read(key: string): Promise<WorkerRequest | undefined> {
  const entry = await asker.client.get(key);
  return entry && decode<WorkerRequest>(entry.value);
}

async function answerTo(body: RequestBody): Promise<WorkerRequest['answer']> {
  const key = await ask(body);
  return waitFor(async () => (await read(key))?.answer, { timeoutMs: ANSWERED_MS });
}

describe('requests', () => {
  it('are each claimed by one of three workers, and stay under the lease of the asker', async () => {
    const workers = [await startWorker(), await startWorker(), await startWorker()];
    const provider = await startProvider();
    const keys = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        ask({ kind: 'test-alerter', name: `team${index}`, settings: provider.alerter as never }),
      ),
    );
    const answered = await Promise.all(keys.map((key) => waitFor(async () => (await read(key))?.answer && read(key))));
    expect(provider.received).toHaveLength(20);
    for (const request of someOf(answered)) {
      expect(request.answer).toMatchObject({ ok: true, delivery: { outcome: 'delivered' } });
      expect(workers.map(({ node }) => node.memberId)).toContain(request.claimedBy);
    }
    await asker.client.revokeLease(lease);
    expect((await asker.client.list(asker.keys.requests)).entries).toHaveLength(0);
  });

  it('to run a monitor go to its owner, also if it became that later', async () => {
    const [owner, other] = [await startWorker(), await startWorker()];
    const key = await ask({ kind: 'run', monitor: 'web' });
    await sleep(150);
    expect(await read(key)).not.toHaveProperty('claimedBy');
    await owner.ownership.assign('web');
    expect(await waitFor(async () => (await read(key))?.answer)).toEqual({ ok: true, result: OK });
    expect([owner.runner.runs, other.runner.runs]).toEqual([['web'], []]);
  });

  it('to run are not claimed by a worker that does not know that the monitor moved', async () => {
    const [paused, owner] = [await startWorker(), await startWorker()];
    await paused.ownership.assign('web');
    await paused.ownership.withdraw('web', 'unnoticed');
    const key = await ask({ kind: 'run', monitor: 'web' });
    await sleep(200);
    await owner.ownership.assign('web');
    await waitFor(async () => (await read(key))?.answer);
    expect([paused.runner.runs, owner.runner.runs]).toEqual([[], ['web']]);
  });

  it('that fail are answered with the reason', async () => {
    const worker = await startWorker();
    await worker.ownership.assign('web');
    worker.runner.answer = () => Promise.reject(new Error('the monitor is being removed'));
    expect(await answerTo({ kind: 'run', monitor: 'web' })).toEqual({
      ok: false,
      message: 'the monitor is being removed',
    });
    const badMonitor = { type: 'tcp', interval: 'soon' } as never;
    expect(await answerTo({ kind: 'test-monitor', name: 'web', settings: badMonitor })).toMatchObject({
      ok: false,
      message: expect.stringContaining('interval'),
    });
    const badAlerter = { type: 'pager', options: {} };
    expect(await answerTo({ kind: 'test-alerter', name: 'team', settings: badAlerter })).toMatchObject({
      ok: false,
      message: expect.stringContaining('pagerduty'),
    });
  });

  it('to test a configuration run it once, on a worker with its tag, and store nothing', async () => {
    await startWorker();
    const tagged = await startWorker(['eu']);
    const { server, port, connections } = await startTarget();
    closing.push(() => new Promise((resolve) => server.close(() => resolve())));
    const settings = { type: 'tcp', interval: '10s', host: '127.0.0.1', port } as never;
    const before = await asker.client.list(asker.keys.root, { keysOnly: true });
    const key = await ask({ kind: 'test-monitor', name: 'web', settings, memberTag: 'eu' });
    const answer = await waitFor(async () => (await read(key))?.answer, { timeoutMs: ANSWERED_MS });
    expect(answer).toMatchObject({ ok: true, result: { status: 'ok' } });
    expect((await read(key))?.claimedBy).toBe(tagged.node.memberId);
    expect(connections()).toBe(1);
    const after = await asker.client.list(asker.keys.root, { keysOnly: true });
    expect(after.entries).toHaveLength(before.entries.length + 1);
  });

  it('to test a configuration that kills its process are answered with how it ended', async () => {
    const worker = await startWorker();
    const settings = { type: 'aborting', interval: '10s', host: '127.0.0.1' } as never;
    expect(await answerTo({ kind: 'test-monitor', name: 'web', settings })).toMatchObject({
      result: { status: 'unknown', message: expect.stringContaining('its process ended with') },
    });
    expect(worker.node.isMember).toBe(true);
  });

  it('to test a configuration run no program that this worker does not permit', async () => {
    const mark = join(tmpdir(), `9volt-request-${process.pid}`);
    await startWorker([], {}, ['/bin/true']);
    const touch = { command: '/usr/bin/touch', args: [mark] };
    const monitor = { type: 'exec', interval: '10s', ...touch } as never;
    expect(await answerTo({ kind: 'test-monitor', name: 'web', settings: monitor })).toMatchObject({
      result: {
        status: 'unknown',
        message: expect.stringContaining('--exec-allow of this worker does not list it'),
      },
    });
    const alerter = { type: 'exec', options: touch } as never;
    expect(await answerTo({ kind: 'test-alerter', name: 'team', settings: alerter })).toMatchObject({
      delivery: {
        outcome: 'retryable',
        answer: expect.stringContaining('--exec-allow of this worker does not list it'),
      },
    });
    expect(existsSync(mark)).toBe(false);
  });

  it('run only a limited number at once, and the others afterwards', async () => {
    const worker = await startWorker([], { concurrency: 2 });
    await worker.ownership.assign('web');
    const open: (() => void)[] = [];
    worker.runner.answer = () => new Promise((resolve) => open.push(() => resolve(OK)));
    const keys = await Promise.all(Array.from({ length: 5 }, () => ask({ kind: 'run', monitor: 'web' })));
    await waitFor(() => open.length === 2);
    await sleep(100);
    expect(worker.runner.runs).toHaveLength(2);
    for (let index = 0; index < keys.length; index++) (await waitFor(() => open[index]))();
    for (const key of keys) await waitFor(async () => (await read(key))?.answer);
    expect(worker.runner.runs).toHaveLength(5);
  });

  it('are aborted when the asker goes, and answered when the worker goes', async () => {
    const worker = await startWorker();
    await worker.ownership.assign('web');
    worker.runner.answer = untilAborted;
    const left = await ask({ kind: 'run', monitor: 'web' });
    await waitFor(() => worker.runner.runs.length === 1);
    await asker.client.txn({ compare: [], then: [{ delete: left }] });
    await waitFor(() => worker.runner.aborted === 1);
    const waiting = await ask({ kind: 'run', monitor: 'web' });
    await waitFor(() => worker.runner.runs.length === 2);
    await worker.service.beforeApplicationShutdown();
    expect((await read(waiting))?.answer).toMatchObject({ ok: false, message: expect.stringContaining('stopping') });
    expect(await read(left)).toBeUndefined();
  });

  it('that are invalid do no harm', async () => {
    await startWorker();
    const put = (name: string, value: string) =>
      asker.client.txn({ compare: [], then: [{ put: asker.keys.request(name), value }] });
    await put('a', 'not json');
    await put('b', '{"body":{"kind":"test-monitor"}}');
    await put('c', '{"body":null}');
    const provider = await startProvider();
    const answer = await answerTo({ kind: 'test-alerter', name: 'team', settings: provider.alerter as never });
    expect(answer).toMatchObject({ ok: true });
  });
});

async function startProvider(): Promise<StandIn<PagerDutyEvent>> {
  const provider = await startPagerDutyStandIn();
  closing.push(() => provider.close());
  return provider;
}

async function startTarget(): Promise<{ server: Server; port: number; connections: () => number }> {
  let count = 0;
  const server = createServer((socket) => {
    count++;
    socket.end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return { server, port: typeof address === 'object' ? (address?.port ?? 0) : 0, connections: () => count };
}
