import { afterAll, afterEach, beforeAll, beforeEach, expect, jest, test } from '@jest/globals';
import type { ClusterEvent } from '@9volt/contracts';
import { waitFor } from '@9volt/testing';
import { decode } from '../codec.js';
import { EtcdClient } from '../etcd.client.js';
import { Keyspace } from '../keyspace.js';
import { type SeverableProxy, startEtcd, startSeverableProxy, type TestEtcd, uniquePrefix } from '../testing/index.js';
import { EventStore } from '../stores/event.store.js';
import { EventRecorder } from './event-recorder.js';

let etcd: TestEtcd;
let direct: EtcdClient;
beforeAll(async () => {
  etcd = await startEtcd();
  direct = new EtcdClient({ members: [etcd.endpoint] });
});
afterAll(async () => {
  direct.close();
  await etcd.stop();
});

let proxy: SeverableProxy;
let client: EtcdClient;
let keys: Keyspace;
let recorder: EventRecorder;
let told: ClusterEvent[];
beforeEach(async () => {
  proxy = await startSeverableProxy(etcd.clientPort);
  client = new EtcdClient({ members: [proxy.endpoint], callTimeoutMs: 500 });
  keys = new Keyspace(uniquePrefix());
  told = [];
  recorder = new EventRecorder(
    (events) => new EventStore(client, keys).write(events),
    () => 'w1-abc',
    (event) => told.push(event),
  );
});
afterEach(async () => {
  await recorder.stop();
  client.close();
  await proxy.stop();
});

async function written(): Promise<ClusterEvent[]> {
  const { entries } = await direct.list(keys.events);
  return entries.map(({ value }) => decode<ClusterEvent>(value) as ClusterEvent);
}

async function flushed(): Promise<void> {
  await waitFor(() => recorder.depth === 0);
}

test('reports events at once, and writes each of them once, in order, in few transactions', async () => {
  const txn = jest.spyOn(client, 'txn');
  for (let n = 0; n < 500; n++) recorder.emit('api', `event ${n}`, { monitor: 'web', details: { n } });
  expect(told).toHaveLength(500);
  await flushed();
  const events = await written();
  expect(events).toEqual(told);
  expect(events[0]).toMatchObject({
    type: 'api',
    message: 'event 0',
    memberid: 'w1-abc',
    monitor: 'web',
    details: { n: 0 },
  });
  expect(txn.mock.calls.length).toBeLessThan(20);
});

test('keeps the newest 2,000 events of an outage, and writes them afterwards', async () => {
  proxy.cut();
  for (let n = 0; n < 2_100; n++) recorder.emit('warning', `event ${n}`);
  expect(recorder.depth).toBe(2_000);
  proxy.heal();
  await waitFor(() => recorder.depth === 0 && told.length === 2_101);
  const messages = (await written()).map(({ message }) => message);
  expect(messages).toHaveLength(2_001);
  expect(messages[0]).toBe('event 100');
  expect(messages[1_999]).toBe('event 2099');
  expect(messages[2_000]).toMatch(/^100 events were dropped/);
});

test('does not write an event twice when an answer is lost', async () => {
  await client.revision();
  proxy.mute();
  recorder.emit('api', 'once');
  await waitFor(async () => (await written()).length === 1);
  proxy.cutOnce();
  proxy.heal();
  await flushed();
  expect(await written()).toHaveLength(1);
});

test('one event that etcd never accepts, or that is not JSON, costs no other', async () => {
  const txn = jest.spyOn(client, 'txn');
  recorder.emit('api', 'before');
  recorder.emit('api', 'x'.repeat(3_000_000));
  recorder.emit('api', 'strange', { details: { big: 1n } });
  for (let n = 0; n < 10; n++) recorder.emit('api', 'y'.repeat(200_000));
  recorder.emit('api', 'after');
  await waitFor(async () => recorder.depth === 0 && (await written()).length === 14, { timeoutMs: 10_000 });
  const messages = (await written()).map(({ message }) => message.slice(0, 20));
  expect(messages).toContain('before');
  expect(messages).toContain('strange');
  expect(messages).toContain('after');
  // etcd refuses only this one.
  const refused = await Promise.allSettled(txn.mock.results.map((result) => result.value as Promise<unknown>));
  expect(refused.filter(({ status }) => status === 'rejected').length).toBe(1);
  expect(messages.at(-1)).toMatch(/^1 events were dropp/);
});

test('stop writes the remaining events', async () => {
  recorder.emit('api', 'last words');
  await recorder.stop();
  expect(await written()).toHaveLength(1);
});
