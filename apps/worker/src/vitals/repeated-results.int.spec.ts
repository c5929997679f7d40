import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { decodeVitals, decodeVitalsIndex, type Vitals } from '@9volt/etcd-dal';
import { startEtcd, type TestEtcd, uniquePrefix } from '@9volt/etcd-dal/testing';
import { LeaderStandIn, WebTarget, WorkerRig } from '../testing/worker-rig.js';
import { VitalsWriter } from './vitals-writer.js';

let etcd: TestEtcd;
let leader: LeaderStandIn;
let target: WebTarget;
let worker: WorkerRig;

beforeAll(async () => {
  etcd = await startEtcd();
  const prefix = uniquePrefix();
  leader = await new LeaderStandIn(etcd.endpoint, prefix).start();
  target = await new WebTarget().listen();
  worker = await WorkerRig.start(etcd.endpoint, prefix);
}, 30_000);
afterAll(async () => {
  await worker.stop();
  await target.close();
  await leader.stop();
  await etcd.stop();
});

/** The dumps that a reader who starts now can read, the newest first. */
async function readable(): Promise<Vitals[]> {
  const { entries } = await leader.client.list(leader.keys.vitals);
  const indexes = entries.flatMap(({ key, value }) => (key.endsWith('/index') ? (decodeVitalsIndex(value) ?? []) : []));
  return entries
    .filter(({ key }) => !key.endsWith('/index'))
    .sort((a, b) => b.modRevision - a.modRevision)
    .flatMap(({ value }) => decodeVitals(value, indexes) ?? []);
}

const lastRunOf = (name: string, dumps: Vitals[]): number | undefined =>
  dumps.flatMap(({ entries }) => entries.find((entry) => entry.name === name)?.samples.at(-1) ?? [])[0]?.at;

test('whoever starts now can read the last result of a slow monitor, after 60 dumps and when the names have changed', async () => {
  const settings = { ...target.settings, interval: '5m' };
  await leader.assign(worker.id, 'slow', settings);
  await worker.run('slow');
  const writer = worker.get(VitalsWriter);
  await writer.dump();
  const ranAt = lastRunOf('slow', await readable());
  expect(ranAt).toBeGreaterThan(0);
  for (let dump = 0; dump < 65; dump++) await writer.dump();
  // It may have been due in the meantime.
  expect(lastRunOf('slow', (await readable()).slice(0, 10))).toBeGreaterThanOrEqual(ranAt as number);

  await leader.assign(worker.id, 'another', settings);
  await worker.run('another');
  await writer.dump();
  expect(lastRunOf('slow', await readable())).toBeGreaterThanOrEqual(ranAt as number);
}, 30_000);
