import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { type PagerDutyEvent, type StandIn, startPagerDutyStandIn } from '@9volt/alerters/testing';
import { startEtcd, type TestEtcd, uniquePrefix, waitFor } from '@9volt/etcd-dal/testing';
import { LeaderStandIn, WebTarget, WorkerRig } from '../testing/worker-rig.js';

let etcd: TestEtcd;
let prefix: string;
let view: LeaderStandIn;
let web: WebTarget;
let pager: StandIn<PagerDutyEvent>;
let dir: string;
let workers: WorkerRig[];

beforeEach(async () => {
  prefix = uniquePrefix();
  workers = [];
  dir = await mkdtemp(join(tmpdir(), '9volt-spool-'));
  web = await new WebTarget().listen();
  pager = await startPagerDutyStandIn();
  etcd = await startEtcd();
  view = await new LeaderStandIn(etcd.endpoint, prefix).start();
  await view.shortenLeases();
  await view.put(view.keys.alerter('pager'), pager.alerter);
});
afterEach(async () => {
  await Promise.all(workers.map((worker) => worker.stop()));
  await view.stop();
  await Promise.all([etcd.stop(), web.close(), pager.close()]);
  await rm(dir, { recursive: true });
});

async function startWorker(name = 'w1'): Promise<WorkerRig> {
  const worker = await WorkerRig.start(etcd.endpoint, prefix, name, undefined, dir);
  workers.push(worker);
  await worker.knowsOutbox();
  return worker;
}

/** It runs only on request. */
const settings = (): object => ({ ...web.settings, interval: '1h', timeout: '30s', 'critical-alerter': ['pager'] });
const told = (): string[] =>
  pager.accepted.map(({ message }) => `${message.event_action} ${message.dedup_key.split('/').at(-1)}`);

/** As after an outage: etcd is back, then the worker, then the leader gives it the monitor again. */
async function startAgain(): Promise<WorkerRig> {
  await etcd.restart();
  const next = await startWorker();
  await waitFor(async () => (await readdir(dir)).length === 0, { what: 'what was kept to be handed back' });
  await view.assign(next.id, 'web', settings(), { revision: 500 });
  return next;
}

test('resolves incidents that it notified of and that recovered meanwhile', async () => {
  const worker = await startWorker();
  await view.assign(worker.id, 'web', settings(), { revision: 500 });
  await view.reaches('web', { status: 'ok' });
  await etcd.kill();
  await waitFor(() => worker.isDetached);
  web.healthy = false;
  await worker.run('web');
  await pager.waitForAccepted(1);
  await worker.stop();
  expect(await readdir(dir)).toEqual(['w1.spool.json']);
  web.healthy = true;
  await (await startAgain()).run('web');
  await pager.waitForAccepted(2);
  await waitFor(() => view.outboxIsEmpty());
  expect(told()).toEqual(['trigger 50.1', 'resolve 50.1']);
  expect((await view.incident('web'))?.notifications).toHaveLength(2);
}, 40_000);

test('does not repeat incidents that continue', async () => {
  const worker = await startWorker();
  await view.assign(worker.id, 'web', settings(), { revision: 500 });
  await view.reaches('web', { status: 'ok' });
  await etcd.kill();
  await waitFor(() => worker.isDetached);
  web.healthy = false;
  await worker.run('web');
  await pager.waitForAccepted(1);
  await worker.stop();
  await (await startAgain()).run('web');
  await view.reaches('web', { status: 'critical', incidents: 1 });
  await waitFor(() => view.outboxIsEmpty());
  expect(told()).toEqual(['trigger 50.1']);
}, 40_000);

test('does not repeat a resolve that it sent', async () => {
  const worker = await startWorker();
  web.healthy = false;
  await view.assign(worker.id, 'web', settings(), { revision: 500 });
  await pager.waitForAccepted(1);
  await waitFor(() => view.outboxIsEmpty());
  await etcd.kill();
  await waitFor(() => worker.isDetached);
  web.healthy = true;
  await worker.run('web');
  await pager.waitForAccepted(2);
  await worker.stop();
  await (await startAgain()).run('web');
  await view.reaches('web', { status: 'ok' });
  await waitFor(() => view.outboxIsEmpty());
  expect(told()).toEqual(['trigger 50.1', 'resolve 50.1']);
}, 40_000);

test('comes back after another worker has notified of the same: one repeat, one resolve', async () => {
  const worker = await startWorker();
  await view.assign(worker.id, 'web', settings(), { revision: 500 });
  await view.reaches('web', { status: 'ok' });
  await etcd.kill();
  await waitFor(() => worker.isDetached);
  web.healthy = false;
  await worker.run('web');
  await pager.waitForAccepted(1);
  await worker.stop();
  await etcd.restart();
  // Only the file of the first knows what it sent.
  const other = await startWorker('w2');
  await view.assign(other.id, 'web', settings(), { revision: 500 });
  await other.run('web');
  await pager.waitForAccepted(2);
  await startWorker();
  await waitFor(async () => (await readdir(dir)).length === 0, { what: 'what was kept to be handed back' });
  await waitFor(async () => (await view.client.list(view.keys.handbacks)).entries.length === 0);
  web.healthy = true;
  await other.run('web');
  await view.reaches('web', { status: 'ok', incidents: 1 });
  await waitFor(() => view.outboxIsEmpty());
  expect(told()).toEqual(['trigger 50.1', 'trigger 50.1', 'resolve 50.1']);
}, 40_000);

test('hands nothing to another cluster', async () => {
  const told = [{ monitor: 'web', incidents: [], delivered: [], settled: [], stateRevision: 0 }];
  const content = { version: 1, cluster: 'another', at: '', told };
  await writeFile(join(dir, 'w1.spool.json'), JSON.stringify(content));
  const worker = await startWorker();
  await waitFor(() => worker.events.some(({ message }) => message.includes('another cluster')));
  expect(await readdir(dir)).toEqual(['w1.spool.json.refused']);
  expect((await view.client.list(view.keys.handbacks)).entries).toEqual([]);
});
