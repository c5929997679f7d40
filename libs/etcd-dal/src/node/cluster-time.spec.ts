import { describe, expect, it } from '@jest/globals';
import type { Member, Role } from '@9volt/contracts';
import { clusterAheadMs } from './cluster-time.js';

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
    expect(clusterAheadMs(members, self, { nowMs, dumpMs: 10_000 })).toBe(expected);
  });

  it('does not mistake a delay on the way for a difference', () => {
    const late = [member('a', -100_000), member('b', -100_000)];
    expect(clusterAheadMs(late, worker, { nowMs, dumpMs: 60_000 })).toBe(0);
    expect(clusterAheadMs(late, worker, { nowMs, dumpMs: 10_000 })).toBe(-100_000);
  });
});
