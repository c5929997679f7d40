import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { waitFor } from '@9volt/testing';
import { EtcdClient, type Txn } from '../etcd.client.js';
import { type SeverableProxy, startEtcd, startSeverableProxy, type TestEtcd, uniquePrefix } from '../testing/index.js';
import { commit, unchanged } from './fenced-txn.js';

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
let prefix: string;
beforeEach(async () => {
  proxy = await startSeverableProxy(etcd.clientPort);
  client = new EtcdClient({ members: [proxy.endpoint], callTimeoutMs: 1_000 });
  prefix = `/${uniquePrefix()}/`;
  await client.revision();
});
afterEach(async () => {
  client.close();
  await proxy.stop();
});

function write(value: string, modRevision = 0): Txn {
  return { compare: [unchanged(`${prefix}a`, modRevision)], then: [{ put: `${prefix}a`, value }] };
}

test('is accepted, and then refused', async () => {
  const first = await commit(client, write('1'));
  expect(first).toEqual({ outcome: 'accepted', revision: (await direct.get(`${prefix}a`))?.modRevision });
  expect(await commit(client, write('2'))).toEqual({ outcome: 'refused' });
});

test('settles a lost answer as accepted if the write happened, with its own revision', async () => {
  proxy.mute();
  const committed = commit(client, write('1'));
  const entry = await waitFor(() => direct.get(`${prefix}a`));
  await direct.txn({ compare: [], then: [{ put: `${prefix}other`, value: '' }] });
  proxy.cutOnce();
  proxy.heal();
  expect(await committed).toEqual({ outcome: 'accepted', revision: entry.modRevision });
  expect((await direct.get(`${prefix}a`))?.modRevision).toBe(entry.modRevision);
});

test('settles a request that never arrived as refused', async () => {
  proxy.blackhole();
  const committed = commit(client, write('1'));
  setTimeout(() => {
    proxy.cutOnce();
    proxy.heal();
  }, 200);
  expect(await committed).toEqual({ outcome: 'refused' });
  expect(await direct.get(`${prefix}a`)).toBeUndefined();
});

test('a request that arrives late changes nothing once somebody tried again', async () => {
  proxy.blackhole();
  // Its deadline passes, and nothing answers the settling read either.
  await expect(commit(client, write('late'))).rejects.toMatchObject({ kind: 'unavailable' });
  expect(await commit(direct, write('again'))).toMatchObject({ outcome: 'accepted' });
  const { revision } = await direct.txn({ compare: [], then: [{ get: `${prefix}a` }] });
  proxy.heal();
  await waitFor(() => client.revision().catch(() => 0));
  expect((await direct.get(`${prefix}a`))?.value.toString()).toBe('again');
  expect(await direct.revision()).toBe(revision);
});

test('settles a deletion with a lost answer as accepted', async () => {
  const put = await direct.txn({ compare: [], then: [{ put: `${prefix}a`, value: '1' }] });
  proxy.mute();
  const committed = commit(client, {
    compare: [unchanged(`${prefix}a`, put.revision)],
    then: [{ delete: `${prefix}a` }],
  });
  await waitFor(async () => (await direct.get(`${prefix}a`)) === undefined);
  proxy.cutOnce();
  proxy.heal();
  expect(await committed).toMatchObject({ outcome: 'accepted' });
});
