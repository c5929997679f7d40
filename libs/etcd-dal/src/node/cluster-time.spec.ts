import { afterEach, describe, expect, it, jest } from '@jest/globals';
import type { Member, Role } from '@9volt/contracts';
import { someOf } from '@9volt/testing';
import type { ClusterNode } from './cluster-node.js';
import { clusterAheadMs, ClusterTime } from './cluster-time.js';

const nowMs = 1_790_000_000_000;
const HOUR = 3_600_000;
const member = (MemberID: string, aheadMs: number, Role: Role = 'worker'): Member =>
  ({ MemberID, Role, LastUpdated: new Date(nowMs + aheadMs).toISOString() }) as Member;
const worker = { id: 'us', checks: true };
const api = { id: 'us', checks: false };

describe('the time of the cluster', () => {
  it.each<[string, typeof worker, Member[], number]>([
    ['of nobody', api, [], 0],
    ['of us alone', worker, [], 0],
    ['of workers whose clocks are right', worker, [member('a', -9_000), member('b', -20_000)], 0],
    ['of workers when one is ahead', worker, [member('a', -1_000), member('b', HOUR)], 0],
    ['of workers when one is behind', worker, [member('a', -1_000), member('b', -HOUR)], 0],
    ['of workers when we are ahead', worker, [member('a', -HOUR), member('b', -HOUR)], -HOUR],
    ['of workers when we are behind', worker, [member('a', HOUR), member('b', HOUR + 1_000)], HOUR],
    ['of two, which is the earlier, to both', worker, [member('a', HOUR)], 0],
    ['of two, which is the earlier, to both', worker, [member('a', -HOUR)], -HOUR],
    ['of the only worker, to an API whose clock is behind', api, [member('a', HOUR)], HOUR],
    ['of servers too', api, [member('a', HOUR, 'server')], HOUR],
    ['of those that check only', api, [member('a', HOUR, 'api'), member('b', HOUR, 'scheduler')], 0],
    ['without our own key, which is old', worker, [member('us', -HOUR), member('a', 0)], 0],
  ])('%s', (_title, self, members, expected) => {
    expect(clusterAheadMs(members, self, { writtenAt: () => nowMs, dumpMs: 10_000 })).toBe(expected);
  });

  it('does not mistake a delay on the way for a difference', () => {
    const late = [member('a', -100_000), member('b', -100_000)];
    expect(clusterAheadMs(late, worker, { writtenAt: () => nowMs, dumpMs: 60_000 })).toBe(0);
    expect(clusterAheadMs(late, worker, { writtenAt: () => nowMs, dumpMs: 10_000 })).toBe(-100_000);
  });
});

/** Workers that write their keys every 10 seconds, as far as etcd is there. */
class Workers {
  nowMs = nowMs;
  private readonly keys = new Map<string, { member: Member; modRevision: number }>();
  private revision = 1;
  private readonly performanceNow = performance.now.bind(performance);

  constructor(private readonly aheadMs: Record<string, number>) {
    this.write(Object.keys(aheadMs));
    jest.spyOn(performance, 'now').mockImplementation(() => this.performanceNow() + this.nowMs - nowMs);
  }

  readonly time = new ClusterTime(
    {
      memberId: 'us',
      isMember: false,
      keys: { members: 'members/' },
      client: {
        list: () =>
          Promise.resolve({
            entries: [...this.keys].map(([key, { member: value, modRevision }]) => ({ key, value, modRevision })),
          }),
      },
      stores: { member: { parsed: ({ value }: { value: Member }) => value } },
    } as unknown as ClusterNode,
    () => this.nowMs,
  );

  write(ids: readonly string[]): void {
    for (const id of ids)
      this.keys.set(id, {
        member: { ...member(id, 0), LastUpdated: new Date(this.nowMs + (this.aheadMs[id] ?? 0)).toISOString() },
        modRevision: this.revision++,
      });
  }

  /** Time passes, and whoever is named writes; the worker looks at the time of the cluster with each check. */
  async pass(seconds: number, writers: readonly string[] = []): Promise<number[]> {
    const seen = new Set<number>();
    for (let second = 0; second < seconds; second++) {
      this.nowMs += 1_000;
      if (second % 10 === 0) this.write(writers);
      seen.add(this.time.aheadMs);
      await new Promise(setImmediate);
    }
    return [...seen];
  }

  step(id: string, aheadMs: number): void {
    this.aheadMs[id] = aheadMs;
  }
}

describe('the time of the cluster after an outage of etcd', () => {
  afterEach(() => void jest.restoreAllMocks());

  it('is that of before, though the keys of all workers are old', async () => {
    const workers = new Workers({ us: 0, other: 0 });
    expect(await workers.pass(100, ['us', 'other'])).toEqual([0]);
    for (const outageS of [65, 300, 3_600]) {
      await workers.pass(outageS);
      // The other one takes longer to return.
      expect(await workers.pass(10, ['us'])).toEqual([0]);
      expect(await workers.pass(200, ['us', 'other'])).toEqual([0]);
    }
  });

  it('is that of before for a worker whose clock is ahead', async () => {
    const workers = new Workers({ us: 0, a: -HOUR, b: -HOUR });
    await workers.time.read();
    const seen = await workers.pass(100, ['us', 'a', 'b']);
    seen.push(...(await workers.pass(120)), ...(await workers.pass(200, ['us', 'a', 'b'])));
    for (const aheadMs of someOf(seen)) expect(Math.abs(aheadMs + HOUR)).toBeLessThanOrEqual(10_000);
  });

  it('follows a clock that changes, within two reads', async () => {
    const workers = new Workers({ us: 0, a: 0, b: 0 });
    await workers.pass(100, ['us', 'a', 'b']);
    workers.step('a', HOUR);
    workers.step('b', HOUR);
    await workers.pass(100, ['us', 'a', 'b']);
    expect(Math.abs(workers.time.aheadMs - HOUR)).toBeLessThanOrEqual(10_000);
  });
});
