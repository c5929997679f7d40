import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import type { Member } from '@9volt/contracts';
import { waitFor } from '@9volt/testing';
import { EtcdError } from '../etcd-error.js';
import { EtcdClient } from '../etcd.client.js';
import { Keyspace } from '../keyspace.js';
import { type SeverableProxy, startEtcd, startSeverableProxy, type TestEtcd, uniquePrefix } from '../testing/index.js';
import { ClusterGuard } from './cluster-guard.js';
import { MemberSession } from './member-session.js';

const TTL_MS = 3_000;
const TIMING = { heartbeatIntervalMs: 1_000, heartbeatTimeoutMs: TTL_MS };

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
let session: MemberSession;
let told: string[];
beforeEach(async () => {
  proxy = await startSeverableProxy(etcd.clientPort);
  client = new EtcdClient({ members: [proxy.endpoint] });
  keys = new Keyspace(uniquePrefix());
  session = new MemberSession(client, keys, member('w1-abc'), TIMING);
  told = [];
  session.onStatus((status, error) => told.push(error ? `${status}: ${error.kind}` : status));
});
afterEach(async () => {
  jest.restoreAllMocks();
  jest.useRealTimers();
  proxy.cut();
  await session.stop();
  client.close();
  await proxy.stop();
});

function member(id: string): Member {
  const at = new Date().toISOString();
  return {
    ...{ MemberID: id, Name: 'w1', Role: 'worker', Hostname: 'h', ListenAddress: '', Tags: [] },
    ...{ Version: 'v', SemVer: '0.0.0', StartedAt: at, LastUpdated: at },
  };
}

const memberKey = (): ReturnType<EtcdClient['get']> => direct.get(keys.member(session.id));

async function fencedWrite(): Promise<boolean> {
  const then = [{ put: `${keys.root}fenced`, value: '' }];
  return (await direct.txn({ compare: [session.fence], then })).succeeded;
}

describe('a membership', () => {
  test('joins under a lease, reports it, and leaves at once', async () => {
    expect(session.status).toBe('joining');
    expect(await fencedWrite()).toBe(false);
    await session.start();
    expect(session.status).toBe('fresh');
    const entry = await memberKey();
    expect(entry).toMatchObject({ lease: session.lease, createRevision: session.fence.value });
    expect(await fencedWrite()).toBe(true);
    await session.update({ Tags: ['eu'] });
    expect(JSON.parse(String((await memberKey())?.value))).toMatchObject({ Tags: ['eu'], MemberID: session.id });
    await session.stop();
    expect(await memberKey()).toBeUndefined();
    expect(await fencedWrite()).toBe(false);
    expect(session.isFresh()).toBe(false);
    expect(told).toEqual(['fresh']);
  });

  test('stays for many times its time to live', async () => {
    await session.start();
    const { fence } = session;
    await sleep(TTL_MS * 1.2);
    expect(session.isFresh()).toBe(true);
    expect(session.fence).toEqual(fence);
    expect(await fencedWrite()).toBe(true);
  });

  test('is stale at two thirds of the lease without an answer, and fresh again with the same key', async () => {
    // A third of the lease is longer than a busy machine delays a test.
    const ttlMs = 15_000;
    session = new MemberSession(client, keys, member('w1-abc'), {
      heartbeatIntervalMs: 1_000,
      heartbeatTimeoutMs: ttlMs,
    });
    session.onStatus((status, error) => told.push(error ? `${status}: ${error.kind}` : status));
    await session.start();
    const { fence } = session;
    const startedAt = performance.now();
    proxy.blackhole();
    // By its own clock, or with the error of a renewal that failed at that moment.
    await waitFor(() => told.some((one) => one.startsWith('stale')));
    // The last renewal is at most a sixth of the time to live old.
    expect(performance.now() - startedAt).toBeLessThan(ttlMs);
    expect(performance.now() - startedAt).toBeGreaterThan(ttlMs / 2 - 300);
    expect(await fencedWrite()).toBe(true);
    proxy.heal();
    await waitFor(() => session.isFresh());
    expect(session.fence).toEqual(fence);
    expect(told.some((one) => one.startsWith('fresh:'))).toBe(false);
  }, 40_000);

  test('counts from when a renewal was sent, not from when it was answered', async () => {
    const keepAlive = client.keepAlive.bind(client);
    let sentAt = 0;
    let answered = false;
    jest.spyOn(client, 'keepAlive').mockImplementation(async (...args) => {
      if (answered) throw new EtcdError('unavailable', 'cut');
      sentAt = performance.now();
      const ttlMs = await keepAlive(...args);
      await sleep(1_000);
      answered = true;
      return ttlMs;
    });
    await session.start();
    await waitFor(() => answered);
    await waitFor(() => !session.isFresh());
    expect(performance.now() - sentAt).toBeLessThan((TTL_MS * 2) / 3 + 900);
    // The session takes its time a little earlier than the test.
    expect(performance.now() - sentAt).toBeGreaterThan((TTL_MS * 2) / 3 - 500);
  });

  test('joins again after a lost lease, with another create revision', async () => {
    await session.start();
    const { fence, lease } = session;
    await direct.revokeLease(lease as string);
    await waitFor(() => told.includes('lost: lease-gone'));
    await waitFor(() => session.isFresh() && session.lease !== lease);
    expect(session.fence.value).toBeGreaterThan(fence.value);
    expect((await memberKey())?.createRevision).toBe(session.fence.value);
    const then = [{ put: `${keys.root}fenced`, value: '' }];
    expect((await direct.txn({ compare: [fence], then })).succeeded).toBe(false);
  });

  test('joins again on demand when somebody deleted its key, and the old lease ends', async () => {
    await session.start();
    const { fence, lease } = session;
    await direct.txn({ compare: [], then: [{ delete: keys.member(session.id) }] });
    session.rejoin();
    expect(session.isFresh()).toBe(false);
    expect(await fencedWrite()).toBe(false);
    await waitFor(() => session.isFresh());
    expect(session.fence.value).toBeGreaterThan(fence.value);
    await waitFor(() =>
      direct.keepAlive(lease as string, 1_000).then(
        () => false,
        (error) => error.kind === 'lease-gone',
      ),
    );
  });

  test.each([
    ['deleted', undefined],
    ['deleted and put by somebody else', 'nonsense'],
  ])('whose key was %s by hand joins again by itself', async (_how, value) => {
    await session.start();
    const { fence, lease } = session;
    await direct.txn({ compare: [], then: [{ delete: keys.member(session.id) }] });
    if (value !== undefined) await direct.txn({ compare: [], then: [{ put: keys.member(session.id), value }] });
    await waitFor(() => session.isFresh() && session.lease !== lease);
    expect(told).toEqual(['fresh', 'lost: lease-gone', 'fresh']);
    expect(session.fence.value).toBeGreaterThan(fence.value);
    const entry = await memberKey();
    expect(entry).toMatchObject({ lease: session.lease, createRevision: session.fence.value });
    expect(JSON.parse(String(entry?.value))).toMatchObject({ MemberID: 'w1-abc', Name: 'w1' });
  });

  test.each(['without a lease', 'on its lease'])(
    'whose key was overwritten by hand, %s, is written anew and goes on',
    async (how) => {
      await session.start();
      const { fence, lease = '' } = session;
      const put = { put: keys.member(session.id), value: '{}', ...(how === 'on its lease' ? { lease } : {}) };
      await direct.txn({ compare: [], then: [put] });
      const entry = await waitFor(async () => {
        const now = await memberKey();
        return now?.value.toString() !== '{}' && now;
      });
      expect(entry).toMatchObject({ lease, createRevision: fence.value });
      expect(JSON.parse(String(entry.value))).toMatchObject({ MemberID: 'w1-abc', Name: 'w1' });
      expect([session.fence, told]).toEqual([fence, ['fresh']]);
    },
  );

  test('an update that finds no key joins again', async () => {
    session = new MemberSession(client, keys, member('w1-abc'), {
      heartbeatIntervalMs: 60_000,
      heartbeatTimeoutMs: 60_000,
    });
    await session.start();
    const { fence } = session;
    await direct.txn({ compare: [], then: [{ delete: keys.member(session.id) }] });
    await session.update({ Tags: ['eu'] });
    await waitFor(() => session.isFresh());
    expect(session.fence.value).toBeGreaterThan(fence.value);
    expect(JSON.parse(String((await memberKey())?.value))).toMatchObject({ Tags: ['eu'] });
  });

  test('is stale after a pause, before any timer could fire', async () => {
    await session.start();
    const now = performance.now.bind(performance);
    jest.spyOn(performance, 'now').mockImplementation(() => now() + TTL_MS);
    expect(session.isFresh()).toBe(false);
    expect(session.status).toBe('stale');
  });

  test('ignores steps of the wall clock', async () => {
    await session.start();
    const { fence } = session;
    const real = Date.now();
    for (const step of [3_600_000, -3_600_000]) {
      jest.useFakeTimers({
        now: real + step,
        // prettier-ignore
        doNotFake: ['hrtime', 'nextTick', 'performance', 'queueMicrotask', 'setImmediate', 'clearImmediate',
          'setInterval', 'clearInterval', 'setTimeout', 'clearTimeout'],
      });
      await sleep(TTL_MS * 0.5);
      expect(session.status).toBe('fresh');
      jest.useRealTimers();
    }
    expect(told).toEqual(['fresh']);
    expect(session.fence).toEqual(fence);
    expect(await fencedWrite()).toBe(true);
  });

  test('waits for an etcd that does not answer, and says so', async () => {
    proxy.cut();
    const started = session.start();
    await waitFor(() => told.includes('joining: unavailable'));
    proxy.heal();
    await started;
    expect(session.status).toBe('fresh');
  });

  test('stops while etcd does not answer, and is not fresh afterwards', async () => {
    await session.start();
    proxy.blackhole();
    const startedAt = performance.now();
    await session.stop();
    expect(performance.now() - startedAt).toBeLessThan(6_000);
    expect(session.isFresh()).toBe(false);
  });

  test('survives a listener that throws', async () => {
    session.onStatus(() => {
      throw new Error('a defect');
    });
    await session.start();
    await direct.revokeLease(session.lease as string);
    await waitFor(() => told.includes('lost: lease-gone') && session.isFresh());
  });
});

test('does not join an etcd with other data', async () => {
  const own = await startEtcd();
  const other = new EtcdClient({ members: [own.endpoint] });
  const guard = new ClusterGuard(other, keys);
  await guard.ensureConfig();
  const joined = new MemberSession(other, keys, member('w1-xyz'), TIMING, guard);
  joined.onStatus((status, error) => told.push(`${status}: ${error?.kind}`));
  try {
    await joined.start();
    await own.wipe();
    await waitFor(() => told.includes('lost: other-data'));
    expect(joined.isFresh()).toBe(false);
    expect(await other.get(keys.member(joined.id))).toBeUndefined();
  } finally {
    await joined.stop();
    other.close();
    await own.stop();
  }
});

test('1,000 renewals leave no stream, connection or timer behind', async () => {
  const { id } = await client.grantLease(60_000);
  await client.keepAlive(id, 1_000);
  const before = process.getActiveResourcesInfo().length;
  for (let n = 0; n < 1_000; n++) await client.keepAlive(id, 1_000);
  await sleep(50);
  expect(proxy.connections).toBe(1);
  expect(process.getActiveResourcesInfo().length).toBeLessThan(before + 10);
});

test('applies a new timeout without leaving: the same key, on a lease of its own', async () => {
  await session.start();
  const key = keys.member('w1-abc');
  const before = await direct.get(key);
  const { fence } = session;
  session.retime({ heartbeatIntervalMs: 1_000, heartbeatTimeoutMs: 9_000 });
  const after = await waitFor(async () => {
    const now = await direct.get(key);
    return now?.lease !== before?.lease && now;
  });
  await waitFor(() => session.lease === after.lease);
  expect([after.createRevision, session.fence, session.isFresh()]).toEqual([before?.createRevision, fence, true]);
  expect(await direct.keepAlive(after.lease, 1_000)).toBe(9_000);
  // The old lease expires and takes nothing with it. Asking for it would renew it.
  await sleep(TTL_MS + 1_500);
  await expect(direct.keepAlive(before?.lease ?? '', 1_000)).rejects.toMatchObject({ kind: 'lease-gone' });
  expect([(await direct.get(key))?.createRevision, session.isFresh()]).toEqual([before?.createRevision, true]);
  expect(told.filter((status) => status !== 'fresh')).toEqual([]);
});
