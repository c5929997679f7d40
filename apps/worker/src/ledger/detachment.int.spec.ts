import { execFileSync } from 'node:child_process';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type PagerDutyEvent, type StandIn, startPagerDutyStandIn } from '@9volt/alerters/testing';
import { type Handback, type MonitorState } from '@9volt/contracts';
import { decode, encode } from '@9volt/etcd-dal';
import {
  type SeverableProxy,
  startEtcd,
  type StartEtcdOptions,
  startSeverableProxy,
  type TestEtcd,
  uniquePrefix,
  waitFor,
} from '@9volt/etcd-dal/testing';
import { Health, Metrics } from '@9volt/platform';
import { OwnedMonitors } from '../owned/owned-monitors.js';
import { LeaderStandIn, WebTarget, WorkerRig } from '../testing/worker-rig.js';
import { Evaluations } from './evaluations.js';

let etcd: TestEtcd;
let prefix: string;
let view: LeaderStandIn;
let web: WebTarget;
let pager: StandIn<PagerDutyEvent>;
let closing: (() => Promise<unknown>)[] = [];

beforeEach(async () => {
  prefix = uniquePrefix();
  web = await new WebTarget().listen();
  pager = await startPagerDutyStandIn();
  closing = [() => web.close(), () => pager.close()];
});
afterEach(async () => {
  for (const close of closing.reverse()) await close();
});

/** An etcd with a lease of 2 s and the alerter `pager`. */
async function startCluster(options: StartEtcdOptions = {}): Promise<void> {
  etcd = await startEtcd(options);
  closing.push(() => etcd.stop());
  view = await new LeaderStandIn(etcd.endpoint, prefix).start();
  closing.push(() => view.stop());
  await view.shortenLeases();
  await view.put(view.keys.alerter('pager'), pager.alerter);
}

async function startWorker(name = 'w1', endpoint = etcd.endpoint): Promise<WorkerRig> {
  const worker = await WorkerRig.start(endpoint, prefix, name);
  closing.push(() => worker.stop());
  await worker.knowsOutbox();
  return worker;
}

const settings = (over: object = {}): object => ({
  ...web.settings,
  interval: '100ms',
  timeout: '90ms',
  'critical-threshold': 2,
  'critical-alerter': ['pager'],
  ...over,
});

/** Nothing runs by itself, only on request. */
const byHand = (): object => settings({ interval: '1h', timeout: '30s', 'critical-threshold': 1 });

const currentOf = (worker: WorkerRig): MonitorState | undefined =>
  worker.get(Evaluations).currentOf(worker.get(OwnedMonitors).get('web')!);
const told = (): string[] =>
  pager.accepted.map(
    ({ message }) => `${message.event_action} ${message.dedup_key.slice(message.dedup_key.length - 4)}`,
  );
const eventTypes = async (): Promise<string[]> =>
  (await view.client.list(view.keys.events)).entries.map(({ value }) => decode<{ type: string }>(value)?.type ?? '');

describe('while etcd is down', () => {
  test('notifies of incidents from memory, including those that end meanwhile, and of none again when etcd is back', async () => {
    await startCluster();
    const worker = await startWorker();
    await view.assign(worker.id, 'web', settings());
    await view.reaches('web', { status: 'ok' });
    await etcd.kill();
    web.healthy = false;
    await pager.waitForAccepted(1);
    expect(worker.isDetached).toBe(true);
    expect(worker.get(Health).missing()['detached']).toContain('continues checks and notifications without etcd');
    expect(await worker.get(Metrics).registry.metrics()).toContain('ninevolt_detached 1');
    web.healthy = true;
    await pager.waitForAccepted(2);
    web.healthy = false;
    await pager.waitForAccepted(3);
    await etcd.restart();
    await view.reaches('web', { status: 'critical', incidents: 2 });
    web.healthy = true;
    await pager.waitForAccepted(4);
    await view.reaches('web', { status: 'ok', incidents: 2 });
    await waitFor(() => view.outboxIsEmpty());
    expect(told()).toEqual(['trigger 50.1', 'resolve 50.1', 'trigger 50.2', 'resolve 50.2']);
    expect(worker.isDetached).toBe(false);
    expect(worker.get(Health).missing()).not.toHaveProperty('detached');
    // The notifications can be read afterwards.
    expect(await view.incident('web', 1)).toMatchObject({
      id: '50.1',
      closedAt: expect.any(String),
      reason: 'recovered',
      notifications: [
        { type: 'critical', outcome: 'delivered' },
        { type: 'resolve', outcome: 'delivered' },
      ],
    });
    expect((await view.incident('web', 2))?.notifications).toMatchObject([{ type: 'critical' }, { type: 'resolve' }]);
    await waitFor(async () => (await eventTypes()).includes('member-returned'));
    const types = await eventTypes();
    expect(types.indexOf('member-detached')).toBeLessThan(types.indexOf('member-returned'));
    // Each change once, though it was decided in memory and stored later.
    expect(worker.events.filter(({ type }) => type === 'status-changed')).toHaveLength(4);
  }, 30_000);

  test('sends an alarm that waits in the outbox, then its resolve, and removes it from the outbox afterwards', async () => {
    await startCluster();
    const worker = await startWorker();
    pager.behave({ kind: 'fail' });
    web.healthy = false;
    await view.assign(worker.id, 'web', settings());
    await view.reaches('web', { status: 'critical' });
    await etcd.kill();
    await waitFor(() => worker.isDetached);
    pager.behave({ kind: 'accept' });
    await pager.waitForAccepted(1);
    web.healthy = true;
    await pager.waitForAccepted(2);
    await etcd.restart();
    await view.reaches('web', { status: 'ok', incidents: 1 });
    await waitFor(() => view.outboxIsEmpty());
    expect(told()).toEqual(['trigger 50.1', 'resolve 50.1']);
    expect((await view.incident('web'))?.notifications).toHaveLength(2);
  }, 30_000);

  test('sends afterwards what it could not send, the alarm before its resolve', async () => {
    await startCluster();
    const worker = await startWorker();
    await view.assign(worker.id, 'web', settings());
    await view.reaches('web', { status: 'ok' });
    await etcd.kill();
    pager.behave({ kind: 'fail' });
    web.healthy = false;
    await waitFor(() => pager.received.length > 0);
    web.healthy = true;
    await waitFor(() => currentOf(worker)?.status === 'ok');
    await etcd.restart();
    await view.reaches('web', { status: 'ok', incidents: 1 });
    pager.behave({ kind: 'accept' });
    await pager.waitForAccepted(2);
    await waitFor(() => view.outboxIsEmpty());
    expect(told()).toEqual(['trigger 50.1', 'resolve 50.1']);
  }, 30_000);

  test('resolves once a monitor that is removed right afterwards', async () => {
    await startCluster();
    const worker = await startWorker();
    await view.assign(worker.id, 'web', settings());
    await view.reaches('web', { status: 'ok' });
    await etcd.kill();
    web.healthy = false;
    await pager.waitForAccepted(1);
    await etcd.restart();
    await waitFor(() =>
      view.change(worker.id, 'web', { phase: 'remove', reason: 'removed' }).then(
        () => true,
        () => false,
      ),
    );
    await waitFor(async () => (await view.assignment(worker.id, 'web')) === undefined);
    expect(told()).toEqual(['trigger 50.1', 'resolve 50.1']);
    expect(await view.state('web')).toBeUndefined();
  }, 30_000);

  test('stops a monitor with on-detach: stop, and runs it again afterwards; others continue', async () => {
    await startCluster();
    const worker = await startWorker();
    const other = await new WebTarget().listen();
    closing.push(() => other.close());
    await view.assign(worker.id, 'web', settings({ 'on-detach': 'stop' }));
    await view.assign(worker.id, 'other', { ...settings(), ...other.settings });
    await view.reaches('web', { status: 'ok' });
    await etcd.kill();
    await waitFor(() => worker.isDetached);
    const [asked, askedOther] = [web.askedAt.length, other.askedAt.length];
    await waitFor(() => other.askedAt.length > askedOther + 5);
    // One may have been in progress.
    expect(web.askedAt.length).toBeLessThanOrEqual(asked + 1);
    await etcd.restart();
    await waitFor(() => web.askedAt.length > asked + 3);
    expect(worker.isDetached).toBe(false);
  }, 30_000);
});

test('an etcd that came back empty is a reported outage: checks and alerts continue, and nothing is written to it', async () => {
  await startCluster();
  const worker = await startWorker();
  await view.assign(worker.id, 'web', settings());
  await view.reaches('web', { status: 'ok' });
  await etcd.wipe();
  await waitFor(() => worker.isDetached);
  web.healthy = false;
  await pager.waitForAccepted(1);
  web.healthy = true;
  await pager.waitForAccepted(2);
  expect(worker.holds('web')).toBe(true);
  expect(worker.get(Health).missing()['detached']).toMatch(/went back from revision|another cluster/);
  expect(worker.events.some(({ type, message }) => type === 'error' && /went back|another/.test(message))).toBe(true);
  expect(await view.client.get(view.keys.state('web'))).toBeUndefined();
  expect(await view.client.get(view.keys.member(worker.id))).toBeUndefined();
}, 30_000);

describe('an etcd out of space', () => {
  test('continues checks and notifications without etcd, and says so; stores all once there is space again', async () => {
    await startCluster({ args: ['--quota-backend-bytes=4000000'] });
    const worker = await startWorker();
    await view.assign(worker.id, 'web', settings());
    await view.reaches('web', { status: 'ok' });
    await fill();
    web.healthy = false;
    await pager.waitForAccepted(1);
    expect(worker.get(Health).missing()['detached']).toContain('NOSPACE');
    web.healthy = true;
    await pager.waitForAccepted(2);
    expect(await view.state('web')).toMatchObject({ status: 'ok', incidents: 0 });
    await makeSpace();
    await view.reaches('web', { status: 'ok', incidents: 1 });
    await waitFor(() => !worker.isDetached);
    expect(told()).toEqual(['trigger 50.1', 'resolve 50.1']);
    await waitFor(() => view.outboxIsEmpty());
  }, 40_000);

  async function fill(): Promise<void> {
    const value = Buffer.alloc(200_000, 'x');
    const puts = async (): Promise<never> => {
      for (;;) await view.client.txn({ compare: [], then: [{ put: '/filler', value }] });
    };
    await expect(puts()).rejects.toMatchObject({ kind: 'no-space' });
  }

  async function makeSpace(): Promise<void> {
    await etcd.compact();
    for (const command of [['defrag'], ['alarm', 'disarm']]) {
      execFileSync('etcdctl', ['--endpoints', etcd.endpoint, ...command], {
        env: { ...process.env, ETCDCTL_API: '3' },
      });
    }
  }
});

describe('a worker that is cut off', () => {
  let proxy: SeverableProxy;
  let cut: WorkerRig;
  let heir: WorkerRig;

  beforeEach(async () => {
    await startCluster();
    proxy = await startSeverableProxy(etcd.clientPort);
    closing.push(() => proxy.stop());
    cut = await startWorker('w1', proxy.endpoint);
    heir = await startWorker('w2');
  });

  /** As the leader does when a member is gone. */
  const handTo = (worker: WorkerRig): Promise<void> => move(cut, worker);

  async function move(owner: WorkerRig, worker: WorkerRig): Promise<void> {
    const from = view.keys.assignment(owner.id, 'web');
    const { value } = (await view.client.get(from))!;
    const then = [{ delete: from }, { put: view.keys.assignment(worker.id, 'web'), value }];
    await view.client.txn({ compare: [], then });
    await waitFor(() => worker.holds('web'));
  }

  test('is not sure that its write was accepted: it does not repeat what it sent meanwhile', async () => {
    await view.assign(cut.id, 'web', settings());
    await view.reaches('web', { status: 'ok' });
    proxy.mute();
    web.healthy = false;
    await pager.waitForAccepted(1);
    expect(cut.isDetached).toBe(true);
    proxy.heal();
    await waitFor(() => !cut.isDetached);
    await view.reaches('web', { status: 'critical' });
    web.healthy = true;
    await view.reaches('web', { status: 'ok', incidents: 1 });
    await waitFor(() => view.outboxIsEmpty());
    expect(told()).toEqual(['trigger 50.1', 'resolve 50.1']);
  }, 30_000);

  test('and notified of a failure that nobody else sees: exactly one resolve follows its return', async () => {
    await view.assign(cut.id, 'web', byHand(), { revision: 500 });
    await view.reaches('web', { status: 'ok' });
    proxy.blackhole();
    await waitFor(() => cut.isDetached);
    web.healthy = false;
    await cut.run('web');
    await pager.waitForAccepted(1);
    web.healthy = true;
    await handTo(heir);
    await heir.run('web');
    expect(told()).toEqual(['trigger 50.1']);
    proxy.heal();
    await pager.waitForAccepted(2);
    await waitFor(() => !cut.isDetached);
    await view.reaches('web', { status: 'ok', incidents: 1, owner: heir.id });
    await waitFor(() => view.outboxIsEmpty());
    expect(told()).toEqual(['trigger 50.1', 'resolve 50.1']);
    expect((await view.client.list(view.keys.handbacks)).entries).toEqual([]);
    expect((await view.incident('web'))?.notifications).toHaveLength(2);
    await waitFor(() => !cut.holds('web'));
    // The next incident has a key of its own.
    web.healthy = false;
    await heir.run('web');
    await pager.waitForAccepted(3);
    expect(told()[2]).toBe('trigger 50.2');
  }, 30_000);

  test('and notified of a failure: the next owner signs the state in which it records that, before any check of its own', async () => {
    await view.assign(cut.id, 'web', byHand(), { revision: 500 });
    await view.reaches('web', { status: 'ok', owner: cut.id });
    proxy.cut();
    await waitFor(() => cut.isDetached);
    web.healthy = false;
    await cut.run('web');
    await pager.waitForAccepted(1);
    await handTo(heir);
    proxy.heal();
    await view.reaches('web', { status: 'ok', incidents: 1, owner: heir.id, ownerName: 'w2' });
  }, 30_000);

  test('and notified of a recovery that nobody else sees: the alarm is sent again, and resolved once', async () => {
    web.healthy = false;
    await view.assign(cut.id, 'web', byHand(), { revision: 500 });
    await pager.waitForAccepted(1);
    await waitFor(() => view.outboxIsEmpty());
    proxy.cut();
    await waitFor(() => cut.isDetached);
    web.healthy = true;
    await cut.run('web');
    await pager.waitForAccepted(2);
    web.healthy = false;
    await handTo(heir);
    await heir.run('web');
    proxy.heal();
    await pager.waitForAccepted(3);
    web.healthy = true;
    await heir.run('web');
    await pager.waitForAccepted(4);
    await waitFor(() => view.outboxIsEmpty());
    expect(told()).toEqual(['trigger 50.1', 'resolve 50.1', 'trigger 50.1', 'resolve 50.1']);
  }, 30_000);

  test('and notified of a recovery, since which nobody has written the state: the next owner does not repeat it', async () => {
    web.healthy = false;
    await view.assign(heir.id, 'web', byHand(), { revision: 500 });
    await pager.waitForAccepted(1);
    await view.reaches('web', { status: 'critical', owner: heir.id });
    await waitFor(() => view.outboxIsEmpty());
    await move(heir, cut);
    const known = (): boolean => {
      const monitor = cut.get(OwnedMonitors).get('web');
      return monitor !== undefined && cut.get(Evaluations).storedOf(monitor) !== undefined;
    };
    await waitFor(known);
    proxy.cut();
    await waitFor(() => cut.isDetached);
    web.healthy = true;
    await cut.run('web');
    await pager.waitForAccepted(2);
    await handTo(heir);
    proxy.heal();
    await waitFor(async () => (await view.client.list(view.keys.handbacks)).entries.length === 1);
    await heir.run('web');
    await view.reaches('web', { status: 'ok', incidents: 1, owner: heir.id });
    await waitFor(() => view.outboxIsEmpty());
    expect(told()).toEqual(['trigger 50.1', 'resolve 50.1']);
  }, 30_000);

  test('and notified of a failure of a monitor that is removed meanwhile: the worker that delivers resolves it', async () => {
    await view.assign(cut.id, 'web', byHand());
    await view.reaches('web', { status: 'ok' });
    proxy.cut();
    await waitFor(() => cut.isDetached);
    web.healthy = false;
    await cut.run('web');
    await pager.waitForAccepted(1);
    await view.delete(view.keys.assignment(cut.id, 'web'));
    await view.delete(view.keys.state('web'));
    proxy.heal();
    const key = view.keys.handback('web', cut.id);
    const entry = await waitFor(() => view.client.get(key));
    expect(decode<Handback>(entry.value)).toMatchObject({ worker: 'w1', incidents: [{ told: { pager: 'critical' } }] });
    await view.assign(heir.id, 'web', byHand(), { phase: 'deliver' });
    await pager.waitForAccepted(2);
    await waitFor(async () => (await view.assignment(heir.id, 'web')) === undefined);
    expect(told()).toEqual(['trigger 50.1', 'resolve 50.1']);
    expect(await view.client.get(key)).toBeUndefined();
    expect(await view.state('web')).toBeUndefined();
  }, 30_000);

  test('removes a hand-written handback, which changes nothing', async () => {
    await view.assign(heir.id, 'web', byHand());
    const ok = await view.reaches('web', { status: 'ok' });
    const key = view.keys.handback('web', 'somebody');
    await view.client.txn({ compare: [], then: [{ put: key, value: encode({ incidents: [{ told: 7 }] }) }] });
    await waitFor(async () => (await view.client.get(key)) === undefined);
    expect(await view.state('web')).toMatchObject({ ...ok, date: expect.any(String) });
  });
});
