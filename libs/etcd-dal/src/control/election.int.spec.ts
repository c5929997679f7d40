import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { waitFor } from '@9volt/testing';
import { encode } from '../codec.js';
import { EtcdClient } from '../etcd.client.js';
import { Keyspace } from '../keyspace.js';
import { type SeverableProxy, startEtcd, startSeverableProxy, type TestEtcd, uniquePrefix } from '../testing/index.js';
import { ClusterGuard } from './cluster-guard.js';
import { Election } from './election.js';
import { MemberSession } from './member-session.js';

const TTL_MS = 3_000;

interface Candidate {
  election: Election;
  session: MemberSession;
  proxy: SeverableProxy;
  told: string[];
  electedAt: number;
}

let etcd: TestEtcd;
let direct: EtcdClient;
let keys: Keyspace;
let cleanup: (() => Promise<unknown>)[];
beforeAll(async () => {
  etcd = await startEtcd();
  direct = new EtcdClient({ members: [etcd.endpoint] });
});
afterAll(async () => {
  direct.close();
  await etcd.stop();
});
beforeEach(() => {
  keys = new Keyspace(uniquePrefix());
  cleanup = [];
});
afterEach(async () => {
  await Promise.all(cleanup.map((undo) => undo()));
});

async function candidate(name: string): Promise<Candidate> {
  const proxy = await startSeverableProxy(etcd.clientPort);
  const client = new EtcdClient({ members: [proxy.endpoint], callTimeoutMs: 1_000 });
  const guard = new ClusterGuard(client, keys);
  await guard.ensureConfig();
  const at = new Date().toISOString();
  const member = {
    ...{ MemberID: name, Name: name, Role: 'scheduler' as const, Hostname: 'h', ListenAddress: '', Tags: [] },
    ...{ Version: 'v', SemVer: '0.0.0', StartedAt: at, LastUpdated: at },
  };
  const timing = { heartbeatIntervalMs: 1_000, heartbeatTimeoutMs: TTL_MS };
  const session = new MemberSession(client, keys, member, timing, guard);
  const told: string[] = [];
  const one: Candidate = { proxy, session, told, electedAt: 0, election: undefined as never };
  one.election = new Election(client, keys, session, guard, {
    onElected: (epoch) => {
      one.electedAt = performance.now();
      told.push(`elected ${epoch}`);
    },
    onDeposed: (reason) => told.push(`deposed: ${reason}`),
  });
  cleanup.push(async () => {
    proxy.cut();
    await one.election.resign();
    await session.stop();
    client.close();
    await proxy.stop();
  });
  await session.start();
  await one.election.start();
  return one;
}

async function leading(...all: Candidate[]): Promise<Candidate> {
  return waitFor(() => all.find((one) => one.election.isLeader()));
}

async function accepted(fence: Election['fence']): Promise<boolean> {
  return (await direct.txn({ compare: fence, then: [{ put: `${keys.root}fenced`, value: '' }] })).succeeded;
}

const epochOf = ({ election }: Candidate): number => election.fence[0]?.value as number;

describe('an election', () => {
  test('has one leader, known to all, whose fence is the create revision of its key', async () => {
    const all = await Promise.all(['a', 'b', 'c'].map(candidate));
    const leader = await leading(...all);
    await waitFor(() => all.every(({ election }) => election.leader?.MemberID === leader.session.id));
    expect(all.filter(({ election }) => election.isLeader())).toEqual([leader]);
    expect(epochOf(leader)).toBe((await direct.get(keys.director))?.createRevision);
    expect(await accepted(leader.election.fence)).toBe(true);
    for (const { election } of all.filter((one) => one !== leader))
      expect(() => election.fence).toThrow('not the leader');
  });

  test('a leader that resigns hands over at once, and its fence becomes invalid', async () => {
    const a = await candidate('a');
    await leading(a);
    const b = await candidate('b');
    const { fence } = a.election;
    const startedAt = performance.now();
    await a.election.resign();
    await leading(b);
    // The lease of the one that resigns is longer.
    expect(performance.now() - startedAt).toBeLessThan(TTL_MS);
    expect(a.election.isLeader()).toBe(false);
    expect(await accepted(fence)).toBe(false);
    expect(await accepted(b.election.fence)).toBe(true);
    expect(a.told).toEqual([`elected ${fence[0]?.value}`, 'deposed: resigned']);
  });

  test('a leader that is cut off stops leading before its successor is elected', async () => {
    const a = await candidate('a');
    await leading(a);
    const b = await candidate('b');
    const { fence } = a.election;
    a.proxy.blackhole();
    const startedAt = performance.now();
    let stoppedAt = 0;
    await waitFor(() => {
      if (stoppedAt === 0 && !a.election.isLeader()) stoppedAt = performance.now();
      return b.election.isLeader();
    });
    expect(stoppedAt).toBeGreaterThan(0);
    expect(stoppedAt).toBeLessThan(b.electedAt);
    expect(b.electedAt - startedAt).toBeLessThan(TTL_MS + 2_000);
    expect(await accepted(fence)).toBe(false);
    a.proxy.heal();
    await waitFor(() => a.session.isFresh() && a.election.leader?.MemberID === 'b');
    expect(a.election.isLeader()).toBe(false);
    expect(a.told.at(-1)).toMatch(/^deposed: its lease/);
  });

  test('a leader that was stale for a while and still has the key continues in the same epoch', async () => {
    const a = await candidate('a');
    await leading(a);
    const epoch = epochOf(a);
    a.proxy.blackhole();
    await waitFor(() => a.told.length === 2);
    a.proxy.heal();
    await leading(a);
    expect(a.told).toEqual([`elected ${epoch}`, 'deposed: its lease is stale', `elected ${epoch}`]);
  });

  test('a leader whose lease was lost is elected again, in another epoch', async () => {
    const a = await candidate('a');
    await leading(a);
    const { fence } = a.election;
    await direct.revokeLease(a.session.lease as string);
    await waitFor(() => a.told.length === 3 && a.election.isLeader());
    expect(epochOf(a)).toBeGreaterThan(fence[0]?.value as number);
    expect(await accepted(fence)).toBe(false);
    expect(await accepted(a.election.fence)).toBe(true);
  });

  test('a leader that joined again under another lease does not lead by the old one', async () => {
    const a = await candidate('a');
    await leading(a);
    const epoch = epochOf(a);
    a.session.rejoin();
    expect(a.election.isLeader()).toBe(false);
    await waitFor(() => a.election.isLeader());
    expect(epochOf(a)).toBeGreaterThan(epoch);
  });

  test('leads only under the lease of its election, however quickly it gets another one', async () => {
    const a = await candidate('a');
    await leading(a);
    const lease = jest.spyOn(a.session, 'lease', 'get').mockReturnValue('1');
    expect(a.session.isFresh()).toBe(true);
    expect(a.election.isLeader()).toBe(false);
    await waitFor(() => a.told.includes('deposed: its lease was lost'));
    lease.mockRestore();
    await leading(a);
  });

  test.each([
    ['deleted', undefined],
    ['overwritten with nonsense', 'nonsense'],
    ['given by hand to somebody who is not there', encode({ MemberID: 'ghost', LastUpdate: '' })],
  ])('whose key was %s continues, in another epoch', async (_how, value) => {
    const a = await candidate('a');
    await leading(a);
    const epoch = epochOf(a);
    await direct.txn({
      compare: [],
      then: [value === undefined ? { delete: keys.director } : { put: keys.director, value }],
    });
    await waitFor(() => a.election.isLeader() && epochOf(a) > epoch);
    expect((await direct.get(keys.director))?.lease).toBe(a.session.lease);
    expect(await accepted(a.election.fence)).toBe(true);
  });

  test('a wiped etcd has no leader among those who knew it before', async () => {
    const own = etcd;
    etcd = await startEtcd();
    const wiped = etcd;
    try {
      const a = await candidate('a');
      await leading(a);
      await wiped.wipe();
      await waitFor(() => a.told.length === 2);
      await waitFor(() => a.session.status === 'lost');
      expect(a.election.isLeader()).toBe(false);
    } finally {
      etcd = own;
      await Promise.all(cleanup.splice(0).map((undo) => undo()));
      await wiped.stop();
    }
  });
});

test('a leader whose member gets another lease continues in the same epoch', async () => {
  const { election, session, told } = await candidate('s1');
  await waitFor(() => election.isLeader());
  const before = await direct.get(keys.director);
  session.retime({ heartbeatIntervalMs: 1_000, heartbeatTimeoutMs: 5_000 });
  const after = await waitFor(async () => {
    const now = await direct.get(keys.director);
    return now?.lease !== before?.lease && now;
  });
  await waitFor(() => election.isLeader());
  expect([after.createRevision, after.lease]).toEqual([before?.createRevision, session.lease]);
  expect(told).toEqual([`elected ${before?.createRevision}`]);
});
