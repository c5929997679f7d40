import { execFileSync } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { EtcdClient, type EtcdOptions, MAX_TXN_OPS, type Op } from './etcd.client.js';
import { startEtcd, type TestEtcd, uniquePrefix } from './testing/index.js';

let etcd: TestEtcd;
beforeAll(async () => void (etcd = await startEtcd()));
afterAll(() => etcd.stop());

const clients: EtcdClient[] = [];
function connect(options: Partial<EtcdOptions> = {}): EtcdClient {
  const client = new EtcdClient({ members: [etcd.endpoint], ...options });
  clients.push(client);
  return client;
}
afterEach(() => clients.splice(0).forEach((client) => client.close()));

function puts(count: number, key: (n: number) => string, value: (n: number) => string | Buffer): Op[] {
  return Array.from({ length: count }, (_, n) => ({ put: key(n), value: value(n) }));
}

describe('a list', () => {
  test('of 20,000 keys, some of 256 KiB, is complete and from one revision', async () => {
    const client = connect();
    const prefix = `/${uniquePrefix()}/`;
    for (let from = 0; from < 20_000; from += 100) {
      const big = from % 2_000 === 0 ? 3 : 0;
      const value = (n: number): Buffer => Buffer.alloc(n < big ? 262_144 : 100, n);
      await client.txn({ compare: [], then: puts(100, (n) => `${prefix}${String(from + n).padStart(5, '0')}`, value) });
    }
    let changed = 0;
    const keys: string[] = [];
    const revisions = new Set<number>();
    for await (const page of client.pages(prefix)) {
      for (const entry of page.entries) keys.push(entry.key);
      revisions.add(page.revision);
      // Changes meanwhile are not part of it.
      changed = (await client.txn({ compare: [], then: [{ put: `${prefix}99999`, value: 'late' }] })).revision;
    }
    expect(revisions.size).toBe(1);
    expect([...revisions][0]).toBeLessThan(changed);
    expect(keys).toHaveLength(20_000);
    expect(new Set(keys).size).toBe(20_000);
    expect(keys).not.toContain(`${prefix}99999`);
  });

  test('continues in smaller pages if an answer would be too large', async () => {
    const client = connect();
    const prefix = `/${uniquePrefix()}/`;
    for (let n = 0; n < 70; n++) {
      await client.txn({ compare: [], then: [{ put: `${prefix}${n}`, value: Buffer.alloc(1_000_000, n) }] });
    }
    expect((await client.list(prefix)).entries).toHaveLength(70);
  });
});

describe('a transaction', () => {
  test('answers what it read, in order, and the revision of its change', async () => {
    const client = connect();
    const prefix = `/${uniquePrefix()}/`;
    const first = await client.txn({
      compare: [{ key: `${prefix}a`, target: 'create', value: 0 }],
      then: [{ put: `${prefix}a`, value: '1' }, { get: `${prefix}b` }, { get: `${prefix}a` }],
    });
    expect(first.succeeded).toBe(true);
    expect(first.reads[0]).toBeUndefined();
    expect(first.reads[1]).toMatchObject({ modRevision: first.revision, createRevision: first.revision, lease: '0' });
    const second = await client.txn({
      compare: [{ key: `${prefix}a`, target: 'mod', value: first.revision + 1 }],
      then: [{ delete: `${prefix}a` }],
      otherwise: [{ get: `${prefix}a` }],
    });
    expect(second.succeeded).toBe(false);
    expect(second.reads[0]?.value.toString()).toBe('1');
  });

  test.each([
    [
      '129 operations',
      puts(
        MAX_TXN_OPS + 1,
        (n) => `/refused/${n}`,
        () => 'x',
      ),
      'refused',
    ],
    [
      'an empty key',
      puts(
        1,
        () => '',
        () => 'x',
      ),
      'refused',
    ],
    [
      'one key twice',
      puts(
        2,
        () => '/refused/twice',
        () => 'x',
      ),
      'refused',
    ],
    [
      '1.6 MiB',
      puts(
        1,
        () => '/refused/big',
        () => Buffer.alloc(1_700_000),
      ),
      'too-large',
    ],
    [
      '3 MiB',
      puts(
        1,
        () => '/refused/big',
        () => Buffer.alloc(3_000_000),
      ),
      'too-large',
    ],
  ])('of %s surely did not happen', async (_what, then, kind) => {
    const client = connect();
    await expect(client.txn({ compare: [], then })).rejects.toMatchObject({ kind, definite: true });
    expect((await client.list('/refused/')).entries).toEqual([]);
  });
});

describe('classifies what went wrong:', () => {
  test('a revision that is compacted, or lies in the future', async () => {
    const client = connect();
    const { revision } = await client.txn({ compare: [], then: [{ put: '/compacted', value: '1' }] });
    await client.txn({ compare: [], then: [{ put: '/compacted', value: '2' }] });
    await client.compact(revision + 1);
    await client.compact(revision);
    await expect(client.list('/', { revision })).rejects.toMatchObject({ kind: 'compacted' });
    await expect(client.list('/', { revision: revision + 1_000_000 })).rejects.toMatchObject({ kind: 'other-data' });
  });

  test('a lease that is gone', async () => {
    const client = connect();
    const lease = await client.grantLease(5_000);
    expect(lease.ttlMs).toBe(5_000);
    expect(await client.keepAlive(lease.id, 1_000)).toBe(5_000);
    await client.revokeLease(lease.id);
    await expect(client.keepAlive(lease.id, 1_000)).rejects.toMatchObject({ kind: 'lease-gone' });
    await expect(client.revokeLease(lease.id)).rejects.toMatchObject({ kind: 'lease-gone' });
    const then = [{ put: '/leased', value: '1', lease: lease.id }];
    await expect(client.txn({ compare: [], then })).rejects.toMatchObject({ kind: 'lease-gone', definite: true });
  });

  test('no answer: within the deadline, and our other clients continue', async () => {
    const frozen = await startEtcd();
    const client = connect({ members: [frozen.endpoint] });
    await client.revision();
    await frozen.pause();
    try {
      const startedAt = performance.now();
      await Promise.all([
        expect(client.get('/a')).rejects.toMatchObject({ kind: 'unavailable', definite: false }),
        expect(client.txn({ compare: [], then: [{ put: '/a', value: '' }] })).rejects.toMatchObject({
          kind: 'unavailable',
        }),
        expect(client.grantLease(5_000)).rejects.toMatchObject({ kind: 'unavailable' }),
        expect(client.keepAlive('1', 1_000)).rejects.toMatchObject({ kind: 'unavailable' }),
      ]);
      expect(performance.now() - startedAt).toBeLessThan(6_500);
      const impatient = connect({ members: [frozen.endpoint], callTimeoutMs: 1_500 });
      const askedAt = performance.now();
      await expect(impatient.get('/a')).rejects.toMatchObject({ kind: 'unavailable' });
      // Repeated or not, within one deadline.
      expect(performance.now() - askedAt).toBeLessThan(2_300);
      await frozen.resume();
      await client.get('/a');
    } finally {
      await frozen.stop();
    }
  });

  test('nobody there', async () => {
    const client = connect({ members: ['http://127.0.0.1:1'] });
    const startedAt = performance.now();
    await expect(client.get('/a')).rejects.toMatchObject({ kind: 'unavailable' });
    expect(performance.now() - startedAt).toBeLessThan(3_000);
  });

  test('no space', async () => {
    const small = await startEtcd({ args: ['--quota-backend-bytes=1000000'] });
    const client = connect({ members: [small.endpoint] });
    try {
      const fill = async (): Promise<never> => {
        for (let n = 0; ; n++)
          await client.txn({ compare: [], then: [{ put: `/${n}`, value: Buffer.alloc(200_000) }] });
      };
      await expect(fill()).rejects.toMatchObject({ kind: 'no-space', definite: true });
      await expect(client.grantLease(5_000)).rejects.toMatchObject({ kind: 'no-space' });
      expect(await client.status()).toMatchObject({ noSpace: true });
      expect((await client.get('/0'))?.value).toHaveLength(200_000);
    } finally {
      await small.stop();
    }
  });

  test('credentials, and an expired token is renewed unnoticed', async () => {
    const guarded = await startEtcd({ args: ['--auth-token-ttl=1'] });
    const ctl = (...args: string[]): void =>
      void execFileSync('etcdctl', ['--endpoints', guarded.endpoint, ...args], { stdio: 'pipe' });
    try {
      ctl('user', 'add', 'root:secret');
      ctl('user', 'grant-role', 'root', 'root');
      ctl('role', 'add', 'nine');
      ctl('role', 'grant-permission', 'nine', '--prefix=true', 'readwrite', '/nine/');
      ctl('user', 'add', 'nine:secret');
      ctl('user', 'grant-role', 'nine', 'nine');
      ctl('auth', 'enable');
      const as = (username?: string, password?: string): EtcdClient =>
        connect({
          members: [guarded.endpoint],
          ...(username === undefined ? {} : { username, password: password ?? '' }),
        });
      await expect(as().get('/nine/a')).rejects.toMatchObject({ kind: 'denied' });
      await expect(as('nine', 'wrong').get('/nine/a')).rejects.toMatchObject({ kind: 'denied' });
      const client = as('nine', 'secret');
      await expect(client.get('/other')).rejects.toMatchObject({ kind: 'denied' });
      await expect(client.txn({ compare: [], then: [{ put: '/other', value: '' }] })).rejects.toMatchObject({
        kind: 'denied',
      });
      await client.txn({ compare: [], then: [{ put: '/nine/a', value: '1' }] });
      await expect(client.revision()).rejects.toMatchObject({ kind: 'denied' });
      expect(await client.revision('/nine/config')).toBe((await client.get('/nine/a'))?.modRevision);
      const lease = await client.grantLease(20_000);
      await sleep(3_500);
      await client.keepAlive(lease.id, 1_000);
      expect((await client.get('/nine/a'))?.value.toString()).toBe('1');
    } finally {
      await guarded.stop();
    }
  });
});
