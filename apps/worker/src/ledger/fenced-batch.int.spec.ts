import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { reportDefectsTo } from '@9volt/contracts';
import { type ClusterNode, type FencedWrite, MAX_TXN_OPS, type Op, unchanged } from '@9volt/etcd-dal';
import { startEtcd, type TestEtcd, testNode, uniquePrefix } from '@9volt/etcd-dal/testing';
import { FencedBatch, firstBatch } from './fenced-batch.js';

let etcd: TestEtcd;
let node: ClusterNode;
let batch: FencedBatch;
let transactions: number;

beforeAll(async () => {
  etcd = await startEtcd();
  node = testNode(etcd.endpoint, uniquePrefix());
  await node.start('http://127.0.0.1:0');
  const send = node.client.txn.bind(node.client);
  node.client.txn = (txn) => {
    transactions++;
    return send(txn);
  };
});
afterAll(async () => {
  await node.stop();
  await etcd.stop();
});
beforeEach(() => {
  batch = new FencedBatch(node);
  transactions = 0;
});

const fresh = (name: string): FencedWrite => ({
  compare: [unchanged(node.keys.state(name), 0)],
  then: [{ put: node.keys.state(name), value: '{}' }],
});

test('writes of one moment travel together', async () => {
  const outcomes = await Promise.all(Array.from({ length: 100 }, (_, index) => batch.write(fresh(`a${index}`))));
  expect(new Set(outcomes.map(({ outcome }) => outcome))).toEqual(new Set(['accepted']));
  expect(transactions).toBeLessThanOrEqual(5);
});

test('a refused write does not delay the others of its batch', async () => {
  await batch.write(fresh('taken'));
  const outcomes = await Promise.all(['b1', 'taken', 'b2'].map((name) => batch.write(fresh(name))));
  expect(outcomes.map(({ outcome }) => outcome)).toEqual(['accepted', 'refused', 'accepted']);
});

test('nothing is accepted once the member key is gone', async () => {
  const { fence } = node.session;
  const stale = new FencedBatch({
    stores: node.stores,
    session: { fence: { ...fence, value: fence.value - 1 } },
  } as never);
  const outcomes = await Promise.all(['c1', 'c2'].map((name) => stale.write(fresh(name))));
  expect(outcomes.map(({ outcome }) => outcome)).toEqual(['refused', 'refused']);
  expect(await node.client.get(node.keys.state('c1'))).toBeUndefined();
});

test("a batch stays within etcd's limits; a single write that is larger is not split", () => {
  const of = (ops: number, bytes = 10) => ({
    compare: [],
    then: Array.from({ length: ops }, (): Op => ({ put: 'x', value: 'x'.repeat(bytes) })),
  });
  const fence = { key: 'member', target: 'create', value: 7 } as const;
  const first = (writes: FencedWrite[]) => firstBatch(writes, fence)?.items;
  expect(first([of(60), of(60), of(60)])).toHaveLength(2);
  expect(first([of(MAX_TXN_OPS), of(1)])).toHaveLength(1);
  expect(first([of(1, 2_000_000), of(1)])).toHaveLength(1);
  expect(first(Array.from({ length: 40 }, () => of(1)))).toHaveLength(25);
});

test('a write that cannot be put together is refused to its caller, ends nothing, and delays no later write', async () => {
  const told: string[] = [];
  const before = reportDefectsTo((where) => told.push(where));
  try {
    const broken = { compare: [], then: undefined } as never;
    const outcomes = await Promise.allSettled([batch.write(broken), batch.write(fresh('d1'))]);
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(await batch.write(fresh('d2'))).toMatchObject({ outcome: 'accepted' });
    expect(told).toEqual([]);
  } finally {
    reportDefectsTo(before);
  }
});
