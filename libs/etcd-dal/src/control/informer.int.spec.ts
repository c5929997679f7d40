import { execFileSync } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { type OnDefect, reportDefectsTo } from '@9volt/contracts';
import { waitFor } from '@9volt/testing';
import { type Entry, EtcdClient, type EtcdOptions, type Op } from '../etcd.client.js';
import { EtcdError } from '../etcd-error.js';
import { Keyspace } from '../keyspace.js';
import { type SeverableProxy, startEtcd, startSeverableProxy, type TestEtcd, uniquePrefix } from '../testing/index.js';
import { ClusterGuard } from './cluster-guard.js';
import type { KeyCache } from './key-cache.js';
import { Informer, type InformerOptions } from './informer.js';
import { Unreadable } from './unreadable.js';

let etcd: TestEtcd;
let proxy: SeverableProxy;
let direct: EtcdClient;
let prefix: string;
const cleanup: (() => unknown)[] = [];

beforeAll(async () => void (etcd = await startEtcd({ args: ['--experimental-watch-progress-notify-interval=200ms'] })));
afterAll(() => etcd.stop());
beforeEach(async () => {
  proxy = await startSeverableProxy(etcd.clientPort);
  direct = connect([etcd.endpoint]);
  prefix = `/${uniquePrefix()}/`;
  cleanup.unshift(() => proxy.stop());
});
let restoreDefects: OnDefect | undefined;
afterEach(async () => {
  if (restoreDefects) reportDefectsTo(restoreDefects);
  restoreDefects = undefined;
  for (const undo of cleanup.splice(0).reverse()) await undo();
});

function connect(members: readonly string[], options: Partial<EtcdOptions> = {}): EtcdClient {
  const client = new EtcdClient({ members, ...options });
  cleanup.push(() => client.close());
  return client;
}

/** An informer of numbers, through the proxy. It cannot decode anything but numbers. */
function watch(options: Partial<InformerOptions<number>> = {}, client = connect([proxy.endpoint])): Informer<number> {
  const decode = ({ value }: { value: Buffer }): number | undefined =>
    /^\d+$/.test(value.toString()) ? Number(value) : undefined;
  const informer = new Informer<number>(client, { prefix, decode, ...options });
  cleanup.push(() => informer.stop());
  return informer;
}

async function write(...then: Op[]): Promise<number> {
  return (await direct.txn({ compare: [], then })).revision;
}
const put = (key: string, value: number | string): Op => ({ put: prefix + key, value: String(value) });
const del = (key: string): Op => ({ delete: prefix + key });

function contents(informer: Informer<number>): Record<string, number> {
  return Object.fromEntries([...informer.items].map(([key, item]) => [key.slice(prefix.length), item.value]));
}

describe('an informer', () => {
  test('lists, then follows, reporting every change in order with the revision after its last', async () => {
    await write(put('a', 1), put('b', 2));
    const told: unknown[] = [];
    const informer = watch({
      onChange: ({ key, before, after, revision }) => {
        told.push([key.slice(prefix.length), before?.value, after?.value, revision]);
        // The cache has it already.
        expect(informer.get(key)).toEqual(after);
      },
      onRevision: (revision) => told.push(revision),
    });
    await informer.start();
    expect(contents(informer)).toEqual({ a: 1, b: 2 });
    const listed = informer.revision;
    told.length = 0;
    const first = await write(put('a', 3), del('b'));
    const second = await write(put('c', 4));
    expect(await informer.reached(second, 5_000)).toBe(true);
    expect(told.filter((one) => Array.isArray(one) || (one as number) >= first)).toEqual([
      ['a', 1, 3, first],
      ['b', 2, undefined, first],
      first,
      ['c', undefined, 4, second],
      second,
    ]);
    expect(first).toBeGreaterThan(listed);
    expect(await informer.reached(second + 1_000, 50)).toBe(false);
  });

  test('of one key sees no other that begins like it', async () => {
    await write(put('a', 1), put('a2', 2));
    const informer = watch({ prefix: `${prefix}a`, exact: true });
    await informer.start();
    const revision = await write(put('a', 3), put('a2', 4), put('ab', 5));
    expect(await informer.reached(revision, 5_000)).toBe(true);
    expect(contents(informer)).toEqual({ a: 3 });
    expect(await informer.verify()).toEqual([]);
  });

  test('loses nothing when it is cut twice in a row during the replay of 5,000 changes', async () => {
    let last = 0;
    let backwards = 0;
    const changed = new Map<string, number>();
    const informer = watch({
      onChange: ({ key, revision }) => {
        if (revision < last) backwards++;
        last = revision;
        changed.set(key, (changed.get(key) ?? 0) + 1);
        // The second cut comes in the middle of the replay.
        if (changed.size === 1_000) proxy.cutOnce();
      },
    });
    await write(put('gone', 0));
    await informer.start();
    proxy.cut();
    for (let from = 0; from < 5_000; from += 100) {
      await write(...Array.from({ length: 100 }, (_, n) => put(`k${from + n}`, from + n)));
    }
    const revision = await write(del('gone'));
    proxy.heal();
    expect(await informer.reached(revision, 10_000)).toBe(true);
    expect(informer.items.size).toBe(5_000);
    expect(changed.get(`${prefix}gone`)).toBe(2);
    expect([...changed].filter(([key, times]) => times > 1 && !key.endsWith('gone'))).toEqual([]);
    expect(backwards).toBe(0);
    expect(informer.relists).toBe(1);
  });

  test('lists again after a compaction during a cut, deletions included', async () => {
    const onRelist = jest.fn();
    const errors: (string | undefined)[] = [];
    const client = connect([proxy.endpoint]);
    const informer = watch({ onRelist, onConnection: (error) => errors.push(error?.kind) }, client);
    await write(...Array.from({ length: 100 }, (_, n) => put(`k${n}`, n)));
    await informer.start();
    await waitFor(() => informer.connected);
    for (let round = 1; round <= 2; round++) {
      proxy.cut();
      await waitFor(() => !informer.connected);
      await write(...Array.from({ length: 50 }, (_, n) => put(`k${n}`, n + round)));
      const revision = await write(del(`k${90 + round}`));
      await direct.compact(revision);
      proxy.heal();
      expect(await informer.reached(revision, 10_000)).toBe(true);
      expect(informer.items.size).toBe(100 - round);
      expect(informer.get(`${prefix}k7`)?.value).toBe(7 + round);
      expect(informer.relists).toBe(1 + round);
      expect(client.relists).toBe(round);
    }
    expect(onRelist).toHaveBeenCalledTimes(2);
    expect(errors).toContain('compacted');
    expect(errors).toContain('unavailable');
  });

  test('a quiet prefix resumes after a compaction without listing', async () => {
    const informer = watch();
    await informer.start();
    const elsewhere = `/${uniquePrefix()}`;
    for (let n = 0; n < 50; n++) await direct.txn({ compare: [], then: [{ put: elsewhere, value: String(n) }] });
    const revision = await direct.revision();
    await waitFor(() => informer.revision >= revision, { timeoutMs: 5_000 });
    proxy.cut();
    await waitFor(() => !informer.connected);
    await direct.compact(revision);
    proxy.heal();
    await waitFor(() => informer.connected);
    await informer.reached(await write(put('a', 1)), 5_000);
    expect(contents(informer)).toEqual({ a: 1 });
    expect(informer.relists).toBe(1);
  });

  test('handles a revision of 12 MB, which etcd sends in pieces, as one', async () => {
    const revisions: number[] = [];
    const informer = watch({ onRevision: (revision) => revisions.push(revision) });
    await informer.start();
    const lease = await direct.grantLease(60_000);
    const name = 'n'.repeat(2_000);
    for (let from = 0; from < 6_000; from += 100) {
      const ops = Array.from({ length: 100 }, (_, n) => ({ ...put(`${name}${from + n}`, 1), lease: lease.id }));
      await write(...ops);
    }
    await waitFor(() => informer.items.size === 6_000);
    revisions.length = 0;
    await direct.revokeLease(lease.id);
    await waitFor(() => informer.items.size === 0);
    const revision = await direct.revision();
    await informer.reached(revision, 5_000);
    expect(revisions.filter((one) => one <= revision && one > revision - 2)).toHaveLength(1);
  });

  test('skips what it cannot decode, and has it again when it can', async () => {
    await write(put('a', 'nonsense'), put('b', 1), put('throws', 1));
    const informer = watch({
      decode: (entry) => {
        if (entry.key.endsWith('throws')) throw new Error('a defect');
        const value = Number(entry.value.toString());
        return Number.isNaN(value) ? undefined : value;
      },
    });
    await informer.start();
    expect(contents(informer)).toEqual({ b: 1 });
    await informer.reached(await write(put('a', 2), put('b', 'nonsense')), 5_000);
    expect(contents(informer)).toEqual({ a: 2 });
    expect(await informer.verify()).toEqual([]);
    await informer.reached(await write(del('b'), put('a', 3)), 5_000);
    expect(await informer.verify()).toEqual([]);
    expect(informer.connected).toBe(true);
  });

  test('continues when a handler throws, reports that, and reports an invalid value once for each revision', async () => {
    await write(put('a', 1), put('b', 'nonsense'));
    const defects: string[] = [];
    restoreDefects = reportDefectsTo((where, error) => defects.push(`${where.slice(-1)}: ${(error as Error).message}`));
    const found: string[] = [];
    const unreadable = new Unreadable(({ key, reason }) => found.push(`${key.slice(-1)}: ${reason}`));
    const decode = (entry: Entry, tell: (fault: string) => void): number | undefined => {
      const value = Number(entry.value.toString());
      if (!Number.isNaN(value)) return value;
      tell('expected a number');
      return undefined;
    };
    const informer = watch({
      decode,
      unreadable,
      onChange: ({ after }) => {
        if (after?.value === 2) throw new Error('a defect');
      },
    });
    const other = watch({ decode, unreadable });
    await Promise.all([informer.start(), other.start()]);
    await informer.reached(await write(put('a', 2)), 5_000);
    const revision = await write(put('a', 3), put('b', 'more nonsense'));
    await Promise.all([informer.reached(revision, 5_000), other.reached(revision, 5_000)]);
    expect(contents(informer)).toEqual({ a: 3 });
    expect(defects).toEqual(['a: a defect']);
    expect(found).toEqual(['b: expected a number', 'b: expected a number']);
    expect(unreadable.all()).toEqual([expect.objectContaining({ revision, bytes: 13 })]);
    await informer.reached(await write(del('b')), 5_000);
    expect(unreadable.size).toBe(0);
  });

  test('starts while etcd does not answer, and learns why', async () => {
    await write(put('a', 1));
    proxy.cut();
    const onConnection = jest.fn();
    const informer = watch({ onConnection });
    const started = informer.start();
    await waitFor(() => onConnection.mock.calls.length > 0);
    expect(onConnection).toHaveBeenCalledWith(expect.objectContaining({ kind: 'unavailable' }));
    proxy.heal();
    await started;
    expect(contents(informer)).toEqual({ a: 1 });
    await waitFor(() => informer.connected);
    expect(informer.error).toBeUndefined();
  });

  test('stops at once, even while etcd does not answer', async () => {
    const client = connect([proxy.endpoint], { callTimeoutMs: 1_000 });
    const running = watch({}, client);
    await running.start();
    proxy.blackhole();
    const waiting = watch({}, client);
    const started = waiting.start();
    const startedAt = performance.now();
    await Promise.all([running.stop(), waiting.stop(), started]);
    expect(performance.now() - startedAt).toBeLessThan(3_000);
  });
});

describe('verify', () => {
  const cacheOf = (informer: Informer<number>): KeyCache<number> =>
    (informer as unknown as { cache: KeyCache<number> }).cache;
  /** Withholds an event from the informer, as a defect of the library did. */
  function lose(informer: Informer<number>, event: 'put' | 'delete', key: string): void {
    const inner = cacheOf(informer);
    const { put: apply, remove } = inner;
    if (event === 'put') inner.put = (entry) => void (entry.key === prefix + key || apply.call(inner, entry));
    else inner.remove = (gone, at) => void (gone === prefix + key || remove.call(inner, gone, at));
    cleanup.push(() => Object.assign(inner, { put: apply, remove }));
  }
  function findAgain(informer: Informer<number>): void {
    const inner: Partial<KeyCache<number>> = cacheOf(informer);
    delete inner.put;
    delete inner.remove;
  }

  test.each(['addition', 'change', 'deletion'])('finds a lost %s, and lists again', async (what) => {
    await write(put('a', 1));
    const informer = watch();
    await informer.start();
    await waitFor(() => informer.connected);
    expect(await informer.verify()).toEqual([]);
    lose(informer, what === 'deletion' ? 'delete' : 'put', what === 'addition' ? 'b' : 'a');
    const op = { addition: put('b', 2), change: put('a', 3), deletion: del('a') }[what] as Op;
    await informer.reached(await write(op), 5_000);
    findAgain(informer);
    expect(contents(informer)).toEqual({ a: 1 });
    expect(await informer.verify()).toEqual([prefix + (what === 'addition' ? 'b' : 'a')]);
    await waitFor(() => informer.relists === 2 && informer.connected);
    expect(contents(informer)).toEqual({ addition: { a: 1, b: 2 }, change: { a: 3 }, deletion: {} }[what]);
    expect(await informer.verify()).toEqual([]);
  });

  test.each(['addition', 'change', 'deletion'])(
    'after a cut, a lost %s is found without being asked for',
    async (what) => {
      await write(put('a', 1));
      const lost: string[] = [];
      const informer = watch({ onLost: (keys) => lost.push(...keys) });
      await informer.start();
      await waitFor(() => informer.connected);
      lose(informer, what === 'deletion' ? 'delete' : 'put', what === 'addition' ? 'b' : 'a');
      proxy.cutOnce();
      const op = { addition: put('b', 2), change: put('a', 3), deletion: del('a') }[what] as Op;
      await informer.reached(await write(op), 5_000);
      findAgain(informer);
      expect(contents(informer)).toEqual({ a: 1 });
      await waitFor(() => informer.relists === 2 && informer.connected, { timeoutMs: 30_000, what: 'another listing' });
      expect(contents(informer)).toEqual({ addition: { a: 1, b: 2 }, change: { a: 3 }, deletion: {} }[what]);
      expect(lost).toEqual([prefix + (what === 'addition' ? 'b' : 'a')]);
    },
  );

  test.each(['addition', 'change', 'deletion'])(
    'a reader that must be up to date finds a lost %s on a quiet prefix',
    async (what) => {
      await write(put('a', 1));
      const informer = watch();
      await informer.start();
      await waitFor(() => informer.connected);
      expect(await informer.caughtUp(100)).toEqual([]);
      lose(informer, what === 'deletion' ? 'delete' : 'put', what === 'addition' ? 'b' : 'a');
      // etcd never told this watch, so it does not know the revision either.
      const { applied } = informer as unknown as { applied: number };
      const op = { addition: put('b', 2), change: put('a', 3), deletion: del('a') }[what] as Op;
      await informer.reached(await write(op), 5_000);
      Object.assign(informer, { applied });
      findAgain(informer);
      expect(await informer.caughtUp(100)).toEqual([prefix + (what === 'addition' ? 'b' : 'a')]);
      await waitFor(() => informer.relists === 2 && informer.connected);
      expect(await informer.caughtUp(100)).toEqual([]);
      expect(contents(informer)).toEqual({ addition: { a: 1, b: 2 }, change: { a: 3 }, deletion: {} }[what]);
    },
  );

  test('does not take a key that is deleted while it waits for a lost one', async () => {
    await write(put('a', 1));
    const informer = watch();
    await informer.start();
    await waitFor(() => informer.connected);
    const inner = cacheOf(informer);
    const before = inner.differing.bind(inner);
    let asked = 0;
    inner.differing = (listed, revision) => {
      const found = before(listed, revision);
      // At the first look the watch had not reported the key yet.
      return asked++ === 0 ? new Map(found).set(`${prefix}a`, 1) : found;
    };
    await write(del('a'));
    expect(await informer.verify()).toEqual([]);
    expect(informer.relists).toBe(1);
  });

  test('ignores a watch that is late', async () => {
    const informer = watch();
    await informer.start();
    await waitFor(() => informer.connected);
    for (let n = 0; n < 20; n++) {
      void write(put(`k${n}`, n));
      expect(await informer.verify()).toEqual([]);
    }
    expect(informer.relists).toBe(1);
  });
});

describe('an etcd that was wiped', () => {
  let own: TestEtcd;
  let keys: Keyspace;
  beforeEach(async () => {
    own = await startEtcd();
    keys = new Keyspace(prefix);
    cleanup.unshift(() => own.stop());
    direct = connect([own.endpoint]);
  });

  test.each(['empty', 'with more history than before', 'with the data of another cluster'])(
    '%s is an outage, not a deletion',
    async (how) => {
      const client = connect([own.endpoint]);
      const guard = new ClusterGuard(client, keys);
      await guard.ensureConfig();
      for (let n = 0; n < 20; n++) await write(put(`k${n}`, n));
      const onChange = jest.fn();
      const informer = watch({ guard, onChange }, client);
      await informer.start();
      await waitFor(() => informer.connected);
      expect(informer.items.size).toBe(20);
      onChange.mockClear();
      await own.wipe();
      await waitFor(() => direct.revision().catch(() => 0));
      if (how !== 'empty') {
        for (let n = 0; n < 60; n++) await write({ put: '/other', value: '1' });
        await write(put('k1', 999), put('new', 1));
      }
      if (how === 'with the data of another cluster') await new ClusterGuard(direct, keys).ensureConfig();
      await waitFor(() => informer.error?.kind === 'other-data');
      await informer.verify();
      await sleep(300);
      expect(informer.error).toBeInstanceOf(EtcdError);
      expect(informer.error?.kind).toBe('other-data');
      expect(informer.connected).toBe(false);
      expect(informer.items.size).toBe(20);
      expect(informer.get(`${prefix}k1`)?.value).toBe(1);
      expect(onChange).not.toHaveBeenCalled();
    },
  );
});

test('opens the watch again after the token expired', async () => {
  const guarded = await startEtcd({ args: ['--auth-token-ttl=1'] });
  const through = await startSeverableProxy(guarded.clientPort);
  const ctl = (...args: string[]): void =>
    void execFileSync('etcdctl', ['--endpoints', guarded.endpoint, ...args], { stdio: 'pipe' });
  cleanup.unshift(
    () => guarded.stop(),
    () => through.stop(),
  );
  ctl('user', 'add', 'root:secret');
  ctl('user', 'grant-role', 'root', 'root');
  ctl('auth', 'enable');
  const account = { username: 'root', password: 'secret' };
  const informer = watch({}, connect([through.endpoint], account));
  await informer.start();
  await waitFor(() => informer.connected);
  await sleep(3_500);
  through.cutOnce();
  direct = connect([guarded.endpoint], account);
  expect(await informer.reached(await write(put('a', 1)), 5_000)).toBe(true);
});
