import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { EtcdClient, Keyspace } from '@9volt/etcd-dal';
import { startEtcd, type TestEtcd, uniquePrefix, wholeMember } from '@9volt/etcd-dal/testing';
import { clusterFindings, loadFinding } from './cluster-findings.js';

let etcd: TestEtcd;
let client: EtcdClient;

beforeAll(async () => {
  etcd = await startEtcd();
  client = new EtcdClient({ members: [etcd.endpoint] });
});
afterAll(async () => {
  client.close();
  await etcd.stop();
});

test('names workers that cannot keep up', () => {
  const overloaded = {
    ...wholeMember,
    Name: 'w1',
    Tags: [],
    Overloaded: 'cannot keep up: it skips 60 % of its due checks',
  };
  expect(loadFinding([overloaded])).toMatchObject({
    verdict: 'warning',
    found: 'w1 cannot keep up: it skips 60 % of its due checks',
  });
  expect(
    loadFinding([
      { ...overloaded, Overloaded: '' },
      { ...wholeMember, Tags: [] },
    ]),
  ).toMatchObject({ verdict: 'ok' });
});

test('names invalid members, which cost no other finding', async () => {
  const prefix = uniquePrefix();
  const keys = new Keyspace(prefix);
  const put = (key: string, value: unknown) => ({ put: key, value: JSON.stringify(value) });
  await client.txn({
    compare: [],
    then: [
      put(keys.member('whole'), { ...wholeMember, Tags: [] }),
      put(keys.member('zombie'), { Name: 'zombie', Role: 'worker' }),
      put(keys.monitor('web'), { type: 'tcp', host: '127.0.0.1', port: 1, interval: '10s' }),
    ],
  });
  const findings = await clusterFindings({ etcd: { members: [etcd.endpoint] }, prefix, debug: false });
  const members = JSON.stringify(findings.find((finding) => JSON.stringify(finding).includes('zombie')));
  expect(members).toContain('9volt cannot read these keys');
  expect(JSON.stringify(findings)).toContain('1 accepts monitors');
});
