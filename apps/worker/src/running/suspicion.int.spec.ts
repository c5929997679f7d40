import '@9volt/monitors/testing/poisonous-types';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeEach, describe, expect, jest, test } from '@jest/globals';
import type { PoisonRecord, SuspectNote } from '@9volt/contracts';
import { decode, encode, Informer } from '@9volt/etcd-dal';
import { startSeverableProxy, waitFor } from '@9volt/etcd-dal/testing';
import { Detachment } from '../ledger/detachment.js';
import { CheckRunner } from '../execution/check-runner.js';
import type { SourceEntry } from '../testing/source-entry.js';
import { WorkerBench } from '../testing/worker-bench.js';
import type { LeaderStandIn, WebTarget, WorkerRig } from '../testing/worker-rig.js';
import { IsolatedEntry } from './isolated-process.js';
import { SuspectNotes } from './suspect-notes.js';

// It makes processes, on a machine that does other work, too.
jest.setTimeout(120_000);
const PATIENCE_MS = 60_000;

const bench = new WorkerBench();
const { startWorker } = bench;
let view: LeaderStandIn;
let web: WebTarget;
beforeEach(() => {
  ({ view, web } = bench);
});

async function noted(): Promise<Record<string, number>> {
  const { entries } = await view.client.list(view.keys.suspects);
  return Object.assign({}, ...entries.map(({ value }) => decode<SuspectNote>(value)?.suspects)) as Record<
    string,
    number
  >;
}

async function record(monitor: string): Promise<PoisonRecord | undefined> {
  const entry = await view.client.get(view.keys.poisonRecord(monitor));
  return entry && decode<PoisonRecord>(entry.value);
}

const settings = (over: object = {}): object => ({ ...web.settings, interval: '1s', timeout: '950ms', ...over });
const forksOf = (worker: WorkerRig): number => (worker.get(IsolatedEntry) as SourceEntry).forks;

describe('a revision on its first check here', () => {
  test('is noted before its check, and neither afterwards nor for later checks', async () => {
    const worker = await startWorker();
    web.delayMs = 400;
    await view.assign(worker.id, 'web', settings({ interval: '1s', timeout: '900ms' }), { revision: 7 });
    await waitFor(() => web.askedAt.length > 0);
    expect(await noted()).toEqual({ web: 7 });
    await waitFor(async () => Object.keys(await noted()).length === 0, { what: 'the note to be cleared' });
    const revision = await view.client.revision(view.keys.suspects);
    await waitFor(() => web.askedAt.length > 2);
    const { entries } = await view.client.list(view.keys.suspects);
    expect(entries).toEqual([]);
    expect(await view.client.revision(view.keys.suspects)).toBeGreaterThanOrEqual(revision);
    await view.change(worker.id, 'web', { revision: 8 });
    await waitFor(async () => (await noted())['web'] === 8, { what: 'the edited one to be noted' });
  });

  test('costs no write of its own: many begin with few', async () => {
    const worker = await startWorker();
    let writes = 0;
    let most = 0;
    const watch = new Informer<SuspectNote>(view.client, {
      prefix: view.keys.suspects,
      decode: ({ value }) => decode<SuspectNote>(value),
      onChange: ({ after }) => {
        writes++;
        most = Math.max(most, Object.keys(after?.value.suspects ?? {}).length);
      },
    });
    await watch.start();
    const startedAt = performance.now();
    const assignments = Array.from({ length: 250 }, (_, n) => ({
      put: view.keys.assignment(worker.id, `m${n}`),
      value: encode({
        phase: 'run',
        settings: settings({ interval: '10s' }),
        revision: n + 1,
        createRevision: n + 1,
        assignedAt: new Date().toISOString(),
      }),
    }));
    for (const from of [0, 125]) await view.client.txn({ compare: [], then: assignments.slice(from, from + 125) });
    await waitFor(() => web.askedAt.length >= 250, { timeoutMs: 40_000, what: 'all to be run' });
    await waitFor(async () => Object.keys(await noted()).length === 0, { what: 'all notes to be cleared' });
    const seconds = (performance.now() - startedAt) / 1_000;
    console.log(`250 new monitors within ${seconds.toFixed(1)} s: ${writes} writes of notes, at most ${most} on one`);
    // Ten a second, of one or a few notes, and the last that clear them.
    expect(writes).toBeLessThan(20 * seconds + 20);
    expect(most).toBeGreaterThan(1);
    expect(most).toBeLessThanOrEqual(100);
    await watch.stop();
  });

  test('is no longer noted by a worker that stops in good order', async () => {
    const worker = await startWorker();
    web.delayMs = 700;
    await view.assign(worker.id, 'web', settings({ interval: '2s', timeout: '1s' }));
    await waitFor(() => web.askedAt.length > 0);
    expect(Object.keys(await noted())).toEqual(['web']);
    await worker.stop();
    expect(await noted()).toEqual({});
  });

  test('is noted again when the leader has settled the earlier note', async () => {
    const worker = await startWorker();
    const notes = worker.get(SuspectNotes);
    await notes.note('one', 1);
    await view.delete(view.keys.suspectNote(worker.id, 0));
    await notes.note('two', 2);
    expect(await noted()).toEqual({ one: 1, two: 2 });
  });

  test('runs without a note if etcd cannot be asked', async () => {
    const proxy = await startSeverableProxy(bench.etcd.clientPort);
    const worker = await startWorker('w1', { endpoint: proxy.endpoint });
    const notes = worker.get(SuspectNotes);
    await notes.note('before', 1);
    proxy.blackhole();
    await notes.note('meanwhile', 1);
    await waitFor(() => worker.get(Detachment).active, { timeoutMs: 30_000 });
    const startedAt = performance.now();
    await notes.note('detached', 1);
    // A question to etcd would take its time limit.
    expect(performance.now() - startedAt).toBeLessThan(1_900);
    expect(await noted()).toEqual({ before: 1 });
    await worker.stop();
    await proxy.stop();
  });
});

describe('a suspected revision', () => {
  const deaths = [{ worker: 'w0', of: 'worker', at: '2026-01-01T00:00:00.000Z', how: 'it died or hung' }];
  const suspect = async (worker: WorkerRig, name: string, over: object, record: object = { revision: 7, deaths }) => {
    await view.put(view.keys.poisonRecord(name), record);
    await view.assign(worker.id, name, settings(over), { revision: 7, isolate: true });
  };

  test('runs in a process of its own until it has completed a check; then no death is recorded, and it runs as usual', async () => {
    process.env['NINEV_SECRET_ISOLATED_SPEC'] = 'swordfish';
    const worker = await startWorker();
    web.healthy = false;
    await suspect(worker, 'web', {
      headers: { 'X-Token': '${env:NINEV_SECRET_ISOLATED_SPEC}' },
      timeout: '15s',
      interval: '20s',
      'critical-threshold': 1,
    });
    await gone('web');
    const { message } = await view.reaches('web', { status: 'critical' });
    expect(message).toContain("Received status code '503'");
    delete process.env['NINEV_SECRET_ISOLATED_SPEC'];
    expect(await noted()).toEqual({});
    expect(forksOf(worker)).toBe(1);
    web.healthy = true;
    await worker.get(CheckRunner).runNow('web', new AbortController().signal);
    await view.reaches('web', { status: 'ok' });
    expect(forksOf(worker)).toBe(1);
  });

  test('is one again when a death is recorded after its first check here, and is handed over as one', async () => {
    const worker = await startWorker();
    await view.assign(worker.id, 'web', settings(), { revision: 7 });
    await view.reaches('web', { status: 'ok' });
    expect(forksOf(worker)).toBe(0);
    await view.put(view.keys.poisonRecord('web'), { revision: 7, deaths });
    await view.change(worker.id, 'web', { isolate: true });
    await gone('web');
    expect(forksOf(worker)).toBe(1);
  });

  test('kills only that process; it is quarantined for it, and does not run again', async () => {
    const worker = await startWorker();
    await suspect(worker, 'throwing', { type: 'throwing' });
    await suspect(worker, 'hanging', { type: 'hanging' });
    // An edit of a monitor that killed before has its first death still before it.
    await suspect(worker, 'edited', { type: 'aborting' }, { revision: 6, deaths: [...deaths, ...deaths] });
    const [throwing, hanging, edited] = await Promise.all(
      ['throwing', 'hanging', 'edited'].map((name) => condemned(name)),
    );
    const child = { worker: worker.id, of: 'child', at: expect.any(String) };
    expect(throwing?.deaths).toEqual([...deaths, { ...child, how: 'its process ended with exit code 1' }]);
    expect(hanging?.deaths).toEqual([
      ...deaths,
      { ...child, how: expect.stringMatching(/^its process hung for \d+ ms$/) },
    ]);
    const aborted = { ...child, how: 'its process ended with SIGABRT' };
    expect(edited).toEqual({ revision: 7, deaths: [aborted, aborted] });
    const { message } = await view.reaches('throwing', { status: 'unknown' });
    expect(message).toMatch(/its process ended with exit code 1/);
    const forks = forksOf(worker);
    await view.assign(worker.id, 'web', settings());
    await waitFor(() => web.askedAt.length > 2, { timeoutMs: PATIENCE_MS });
    expect(forksOf(worker)).toBe(forks);
    expect((await condemned('throwing')).deaths).toHaveLength(2);
  });

  test('is found among many on the same note: all others get their results, at the cost of a few processes', async () => {
    const worker = await startWorker();
    web.delayMs = 2_000;
    const many = Array.from({ length: 40 }, (_, n) => `innocent-${n}`);
    const slow = { interval: '60s', timeout: '10s' };
    await Promise.all(many.map((name) => suspect(worker, name, slow)));
    await suspect(worker, 'aborting', { ...slow, type: 'aborting' });
    const { deaths: found } = await condemned('aborting');
    expect(found.at(-1)).toMatchObject({ of: 'child', how: 'its process ended with SIGABRT' });
    for (const name of many) await gone(name);
    for (const name of many) await view.reaches(name, { status: 'ok' });
    // One for all, then two halves for each halving; a few suspects more or less had begun when it died.
    expect(forksOf(worker)).toBeLessThan(20);
  });

  test('has no death recorded when the worker aborts it, or by a worker that no longer owns it', async () => {
    const worker = await startWorker();
    const long = { type: 'hanging', interval: '2m', timeout: '60s' };
    await suspect(worker, 'broken-off', long);
    await suspect(worker, 'taken', { type: 'throwing' }, { revision: 7, deaths: [] });
    await view.delete(view.keys.assignment(worker.id, 'taken'));
    await waitFor(() => forksOf(worker) > 0 && worker.holds('broken-off') && !worker.holds('taken'));
    await sleep(3_000);
    await worker.stop();
    expect((await record('broken-off'))?.deaths).toEqual(deaths);
    expect((await record('taken'))?.deaths).toEqual([]);
  });

  const gone = (name: string) =>
    waitFor(async () => (await record(name)) === undefined, { timeoutMs: PATIENCE_MS, what: `no record of ${name}` });

  const condemned = (name: string): Promise<PoisonRecord> =>
    waitFor(
      async () => {
        const found = await record(name).catch(() => undefined);
        return found?.revision === 7 && found.deaths.length === 2 ? found : undefined;
      },
      { timeoutMs: PATIENCE_MS, what: `two deaths by ${name}` },
    );
});
