import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { DeliveryRecord, HandedIncident, IncidentRecord, MonitorState, OutboxEntry } from '@9volt/contracts';
import { encode } from '../codec.js';
import { commit, joined } from '../control/fenced-txn.js';
import { type Entry, EtcdClient } from '../etcd.client.js';
import { Keyspace } from '../keyspace.js';
import { startEtcd } from '../testing/start-etcd.js';
import { uniquePrefix } from '../testing/test-node.js';
import { wholeHandedIncident, wholeIncident, wholeOutboxEntry, wholeState } from '../testing/whole-values.js';
import { NO_STATE } from './state.store.js';
import { Stores } from './stores.js';

let etcd: Awaited<ReturnType<typeof startEtcd>>;
let client: EtcdClient;
let keys: Keyspace;
let stores: Stores;

beforeAll(async () => {
  etcd = await startEtcd();
  client = new EtcdClient({ members: [etcd.endpoint] });
});
afterAll(async () => {
  client.close();
  await etcd.stop();
});
beforeEach(() => {
  keys = new Keyspace(uniquePrefix());
  stores = new Stores(client, keys);
});

const state = { ...wholeState, aNewerVersionsOwn: 1 } as MonitorState;
const record = (id: string): IncidentRecord => ({ ...wholeIncident, id, notifications: [] });
const entry = (id: string): OutboxEntry => ({ ...wholeOutboxEntry, id });
const delivery = wholeIncident.notifications[0] as DeliveryRecord;
const put = (key: string, value: unknown): Promise<unknown> =>
  client.txn({ compare: [], then: [{ put: key, value: encode(value) }] });

test('a state is replaced only as it was read, and attributes of a newer version stay', async () => {
  const [none] = await stores.state.readAll(['web']);
  expect(none).toEqual(NO_STATE);
  expect(await commit(client, stores.state.replacing('web', NO_STATE, state))).toMatchObject({ outcome: 'accepted' });
  const [stored] = await stores.state.readAll(['web']);
  expect(stored?.state).toEqual(state);
  expect(await commit(client, stores.state.replacing('web', NO_STATE, state))).toEqual({ outcome: 'refused' });
  await commit(client, stores.state.replacing('web', stored!, undefined));
  expect(await stores.state.readAll(['web', 'db'])).toEqual([NO_STATE, NO_STATE]);
});

test('answers what a refused write relied on: state, assignment, membership', async () => {
  await put(keys.state('web'), state);
  await put('assignment', {});
  const standing = await stores.state.standing('web', 'assignment', 'member');
  expect(standing).toMatchObject({ stored: { state }, member: undefined });
  expect(standing.assignment).toBeGreaterThan(0);
});

describe('the outbox', () => {
  async function owe(...ids: string[]): Promise<{ key: string; monitor: string; modRevision: number }[]> {
    const committed = await commit(client, stores.outbox.owing('web', ids.map(entry)));
    const modRevision = committed.outcome === 'accepted' ? committed.revision : 0;
    return ids.map((id) => ({ key: stores.outbox.keyOf('web', entry(id)), monitor: 'web', modRevision }));
  }

  test('records a delivery in its incident in the same write that removes it, once', async () => {
    await put(keys.incident('web', 1), record('7.1'));
    const [owed] = await owe('a');
    expect(await stores.outbox.isOwed(owed!, [])).toBe(true);
    const found = await stores.incident.find('web', '7.1');
    expect(await stores.outbox.settle(owed!, found, delivery, [])).toBeGreaterThan(0);
    expect(await stores.outbox.goneAt(owed!)).toBeGreaterThan(0);
    expect((await stores.incident.find('web', '7.1'))?.record?.notifications).toEqual([delivery]);
    expect(await stores.outbox.isEmpty('web')).toBe(true);
    expect(await stores.outbox.isOwed(owed!, [])).toBe(false);
    expect(await stores.outbox.settle(owed!, undefined, delivery, [])).toBeUndefined();
  });

  test('removes nothing when a fence, or the record, differs from what was read', async () => {
    await put(keys.incident('web', 1), record('7.1'));
    const owed = await owe('a', 'b');
    const found = await stores.incident.find('web', '7.1');
    const fence = { key: 'nobody', target: 'create', value: 5 } as const;
    expect(await stores.outbox.cancel(owed, found, [fence])).toBeUndefined();
    expect(await stores.outbox.goneAt(owed[0]!)).toBeUndefined();
    await put(keys.incident('web', 1), record('7.1'));
    expect(await stores.outbox.cancel(owed, found, [])).toBeUndefined();
    expect(await stores.outbox.settle(owed[0]!, found, delivery, [])).toBeUndefined();
    expect(await stores.outbox.isEmpty('web')).toBe(false);
    expect(await stores.outbox.cancel(owed, await stores.incident.find('web', '7.1'), [])).toBeGreaterThan(0);
    expect(await stores.outbox.isEmpty('web')).toBe(true);
  });

  test('does not mistake the record of an earlier monitor of that name for this incident’s', async () => {
    await put(keys.incident('web', 1), record('3.1'));
    expect(await stores.incident.find('web', '7.1')).toBeUndefined();
    expect(await stores.incident.find('web', 'nonsense')).toBeUndefined();
  });
});

test('writes a handback over what was read, removes delivered alarms, and deletes it with the state into which it went', async () => {
  const told: HandedIncident = wholeHandedIncident;
  const fence = { key: 'member', target: 'create', is: '>', value: 0 } as const;
  await put('member', {});
  await put('alarm', {});
  const before = await stores.handback.read('web', 'w1');
  expect(before).toEqual({ incidents: [], modRevision: 0 });
  const handback = { worker: 'w', at: '2026-01-01T00:00:00.000Z', incidents: [told] };
  const about = { monitor: 'web', worker: 'w1', before };
  expect(await stores.handback.handBack(about, handback, ['alarm'], fence)).toBeGreaterThan(0);
  expect(await client.get('alarm')).toBeUndefined();
  expect(await stores.handback.handBack(about, handback, [], fence)).toBeUndefined();
  const stored = await stores.handback.read('web', 'w1');
  expect(stored.incidents).toEqual([told]);
  expect(await stores.handback.isEmpty('web')).toBe(false);
  const key = keys.handback('web', 'w1');
  const merging = stores.handback.merging([{ key, modRevision: stored.modRevision }]);
  await commit(client, joined(stores.state.replacing('web', NO_STATE, state), merging));
  expect(await stores.handback.isEmpty('web')).toBe(true);
});

test('skips hand-written entries of the outbox, and treats a hand-written handback as empty', () => {
  const entryOf = (key: string, value: unknown) => ({ key, value: Buffer.from(JSON.stringify(value)) }) as Entry;
  const told: string[] = [];
  const tell = (fault: string): void => void told.push(fault);
  for (const value of [7, [], {}, { alert: 1 }, { alert: null, incident: 'x', createdAt: 'y' }]) {
    expect(stores.outbox.watched.decode(entryOf(keys.outboxEntry('web', 'a', '1'), value), tell)).toBeUndefined();
    expect(stores.handback.parsed(entryOf('', value), tell)).toEqual({ worker: '', at: '', incidents: [] });
  }
  expect(told).toHaveLength(10);
  const some = {
    worker: 'w',
    at: '2026-01-01',
    incidents: [{ told: 7, incident: { id: '1.1' } }, wholeHandedIncident],
  };
  expect(stores.handback.parsed(entryOf('', some)).incidents).toEqual([wholeHandedIncident]);
});
