import { encode } from '@9volt/etcd-dal';
import { startEtcd, type TestEtcd, uniquePrefix, waitFor, wholeMember } from '@9volt/etcd-dal/testing';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, jest } from '@jest/globals';
import { SchedulerBench } from '../testing/scheduler-bench.js';
import type { ClusterView } from './cluster-view.js';

const HOUR_MS = 3_600_000;

let etcd: TestEtcd;
let bench: SchedulerBench;
let view: ClusterView;

beforeAll(async () => {
  etcd = await startEtcd();
});
afterAll(() => etcd.stop());
beforeEach(async () => {
  bench = new SchedulerBench(etcd.endpoint, uniquePrefix());
  view = (await bench.scheduler()).caches.view;
  await bench.leader();
});
afterEach(async () => {
  jest.restoreAllMocks();
  await bench.stop();
});

/** A worker whose clock is ahead of ours writes its key. */
async function worker(id: string, aheadMs: number): Promise<void> {
  const LastUpdated = new Date(Date.now() + aheadMs).toISOString();
  const value = encode({ ...wholeMember, MemberID: id, Name: id, LastUpdated });
  await bench.put({ put: bench.keys.member(id), value });
  await waitFor(() => view.members.get(id)?.LastUpdated === LastUpdated);
}

it('has the time of most workers, whatever one of them says', async () => {
  await worker('w1', 0);
  await worker('w2', HOUR_MS);
  expect(view.now - Date.now()).toBeLessThan(1_000);
  await worker('w3', HOUR_MS);
  expect(view.now - Date.now()).toBeGreaterThan(HOUR_MS - 60_000);
});

it('does not take the clocks of workers for wrong because nobody could write to etcd for two minutes', async () => {
  await worker('w1', 0);
  await worker('w2', 0);
  const [date, monotonic] = [Date.now(), performance.now()];
  jest.spyOn(Date, 'now').mockReturnValue(date + 120_000);
  jest.spyOn(performance, 'now').mockReturnValue(monotonic + 120_000);
  expect(view.now).toBe(date + 120_000);
});
