import { expect, test } from '@jest/globals';
import type { MonitorState } from '@9volt/contracts';
import { decode } from '@9volt/etcd-dal';
import { waitFor } from '@9volt/etcd-dal/testing';
import { WorkerBench } from '../testing/worker-bench.js';
import { StoredStates } from './stored-states.js';

const bench = new WorkerBench();

const stored = async (): Promise<MonitorState | undefined> => {
  const entry = await bench.view.client.get(bench.view.keys.state('web'));
  return entry && decode<MonitorState>(entry.value);
};

test.each([
  ['deleted', undefined],
  ['overwritten with what is none', '[1, 2]'],
])('a state that was %s by hand is written again, although nothing changes', async (_how, value) => {
  const { view, web } = bench;
  const worker = await bench.startWorker();
  await view.assign(worker.id, 'web', { ...web.settings, interval: '200ms' });
  const before = await view.reaches('web', { status: 'ok' });
  const key = view.keys.state('web');
  await view.client.txn({ compare: [], then: [value === undefined ? { delete: key } : { put: key, value }] });
  const seen = web.askedAt.length;
  await waitFor(() => web.askedAt.length > seen + 3);
  // No watch reports it: the worker must ask.
  expect((await stored())?.status).toBeUndefined();
  await waitFor(async () => {
    await worker.get(StoredStates).verify();
    return (await stored())?.status === 'ok';
  });
  expect((await stored())?.since).toBe(before.since);
});

test('nothing is written where nobody changed anything', async () => {
  const { view, web } = bench;
  const worker = await bench.startWorker();
  await view.assign(worker.id, 'web', { ...web.settings, interval: '1h' });
  await view.reaches('web', { status: 'ok' });
  const { modRevision } = (await view.client.get(view.keys.state('web')))!;
  await worker.get(StoredStates).verify();
  expect((await view.client.get(view.keys.state('web')))?.modRevision).toBe(modRevision);
});
