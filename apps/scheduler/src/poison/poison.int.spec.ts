import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { PoisonRecord } from '@9volt/contracts';
import { decode, encode } from '@9volt/etcd-dal';
import { startEtcd, type TestEtcd, uniquePrefix, waitFor } from '@9volt/etcd-dal/testing';
import { SchedulerBench } from '../testing/scheduler-bench.js';

let etcd: TestEtcd;
let bench: SchedulerBench;

beforeAll(async () => {
  etcd = await startEtcd();
});
afterAll(async () => {
  await etcd.stop();
});
beforeEach(() => {
  bench = new SchedulerBench(etcd.endpoint, uniquePrefix());
});
afterEach(async () => {
  await bench.stop();
});

const heldBy = (monitor: string, worker: string) =>
  waitFor(async () => (await bench.assignment(monitor))?.worker === worker, {
    what: `${monitor} to be with ${worker}`,
  });

async function note(worker: string, n: number, suspects: Record<string, number>): Promise<void> {
  await bench.put({ put: bench.keys.suspectNote(worker, n), value: encode({ suspects }) });
}

async function record(monitor: string): Promise<PoisonRecord | undefined> {
  const entry = await bench.client.get(bench.keys.poisonRecord(monitor));
  return entry && decode<PoisonRecord>(entry.value);
}

const notes = async (): Promise<number> => (await bench.client.list(bench.keys.suspects)).entries.length;

describe('a worker that dies with notes', () => {
  it('leaves one death for each revision on them; its monitors move, those revisions to processes of their own', async () => {
    await bench.scheduler();
    await bench.scheduler();
    await bench.leader();
    await bench.worker('w1');
    const revision = await bench.monitor('poison');
    await bench.monitor('innocent');
    await heldBy('poison', 'w1');
    await heldBy('innocent', 'w1');
    await note('w1', 0, { poison: revision, gone: 5 });
    await bench.worker('w2', ['elsewhere']);
    await bench.kill('w1');
    await waitFor(async () => (await notes()) === 0, { what: 'the notes to be settled' });
    await bench.worker('w3');
    await heldBy('poison', 'w3');
    await heldBy('innocent', 'w3');
    expect((await bench.assignment('poison'))?.value).toMatchObject({ phase: 'run', isolate: true });
    expect((await bench.assignment('innocent'))?.value).not.toHaveProperty('isolate');
    expect(await record('poison')).toEqual({
      revision,
      deaths: [{ worker: 'w1', of: 'worker', at: expect.any(String), how: 'it died or hung' }],
    });
    expect(await record('gone')).toBeUndefined();
    const [warning, ...more] = (await bench.events('warning')).filter(({ message }) => message.includes('died'));
    expect(warning?.message).toContain('w1 died or hung while it ran these monitors for the first time: poison.');
    expect(more).toEqual([]);
    // An edit runs with the same caution; nothing else of it is kept.
    const edited = await bench.monitor('poison', { description: 'edited' });
    await waitFor(async () => (await bench.assignment('poison'))?.value.revision === edited);
    expect((await bench.assignment('poison'))?.value).toMatchObject({ isolate: true });
    await bench.delete(bench.keys.poisonRecord('poison'));
    const again = await bench.monitor('poison', { description: 'edited again' });
    await waitFor(async () => (await bench.assignment('poison'))?.value.revision === again);
    expect((await bench.assignment('poison'))?.value).not.toHaveProperty('isolate');
  });

  it('is settled before its monitors move, whatever is in the notes', async () => {
    await bench.scheduler();
    await bench.leader();
    await bench.worker('w1');
    await bench.worker('w2');
    await bench.monitors(20);
    await waitFor(async () => (await bench.assignments()).length === 20);
    await note('w1', 0, { m0: 1 });
    await bench.put(
      { put: bench.keys.suspectNote('w1', 1), value: 'nonsense' },
      { put: bench.keys.suspectNote('w1', 2), value: encode({ suspects: ['m1'] }) },
      { put: bench.keys.suspectNote('w1', 3), value: encode({ suspects: { m0: 1, m2: 1 } }) },
      { put: bench.keys.poisonRecord('m2'), value: '[' },
      { put: `${bench.keys.suspects}stray`, value: '1' },
    );
    await bench.kill('w1');
    await waitFor(async () => (await bench.spread())['w2'] === 20, { what: 'all to be with w2' });
    expect(await notes()).toBe(1);
    expect((await record('m0'))?.deaths).toHaveLength(1);
    expect((await record('m2'))?.deaths).toHaveLength(1);
    const isolated = (await bench.assignments()).filter(({ value }) => value.isolate).map(({ monitor }) => monitor);
    // Those that w2 already had are proven there.
    expect(isolated.filter((monitor) => !['m0', 'm2'].includes(monitor))).toEqual([]);
  });
});

describe('a revision that has killed two processes', () => {
  const deaths = [
    { worker: 'w1', of: 'worker', at: '2026-01-01T00:00:00.000Z', how: 'it died or hung' },
    { worker: 'w2', of: 'child', at: '2026-01-01T00:00:01.000Z', how: 'SIGABRT' },
  ];

  it('runs nowhere, with an event that says why, until somebody edits it', async () => {
    const scheduler = await bench.scheduler();
    await bench.leader();
    await bench.worker('w1');
    const revision = await bench.monitor('poison');
    await bench.monitor('other');
    await heldBy('poison', 'w1');
    await heldBy('other', 'w1');
    await bench.put({ put: bench.keys.poisonRecord('poison'), value: encode({ revision, deaths }) });
    await waitFor(async () => (await bench.assignment('poison')) === undefined, { what: 'it to be taken away' });
    const [refused] = await waitFor(async () => {
      const events = await bench.events('config-refused');
      return events.length > 0 ? events : undefined;
    });
    expect(refused).toMatchObject({ monitor: 'poison', details: { revision } });
    expect(refused?.message).toContain('is quarantined and does not run: it killed two processes: w1 at 2026');
    const quarantined = ({ metrics }: Awaited<ReturnType<SchedulerBench['scheduler']>>): Promise<string> =>
      metrics.registry.getSingleMetricAsString('ninevolt_quarantined_monitors');
    expect(await quarantined(scheduler)).toMatch(/ 1$/m);
    // A new worker changes nothing, and neither does another leader, once it has seen what the first one reported.
    const standby = await bench.scheduler();
    await waitFor(async () => / 1$/m.test(await quarantined(standby)), { what: 'the standby to record it' });
    await scheduler.stop();
    bench.schedulers.shift();
    await bench.worker('w2');
    await bench.leader();
    await waitFor(async () => (await bench.events('member-left')).length >= 0 && (await bench.assignment('other')));
    expect(await bench.assignment('poison')).toBeUndefined();
    expect(await bench.events('config-refused')).toHaveLength(1);

    await bench.monitor('poison', { description: 'harmless' });
    const held = await waitFor(() => bench.assignment('poison'), { what: 'its new revision to be assigned' });
    expect(held?.value).toMatchObject({ phase: 'run', isolate: true, settings: { description: 'harmless' } });
  });

  it('does not run as a last valid version either, and its notifications are delivered', async () => {
    await bench.scheduler();
    await bench.leader();
    await bench.worker('w1');
    const revision = await bench.monitor('poison');
    await heldBy('poison', 'w1');
    await bench.put(
      { put: bench.keys.outboxEntry('poison', 'pager', '1'), value: '{}' },
      { put: bench.keys.monitor('poison'), value: '{' },
    );
    await waitFor(async () => (await bench.events('config-refused')).length === 1);
    expect(await bench.assignment('poison')).toBeDefined();
    await bench.put({ put: bench.keys.poisonRecord('poison'), value: encode({ revision, deaths }) });
    await waitFor(async () => (await bench.assignment('poison'))?.value.phase === 'deliver', { what: 'delivery only' });
  });
});
