import { describe, expect, it } from '@jest/globals';
import { countByStatus } from '../../lib/status.js';
import { stateOf } from '../../testing/fixtures.js';
import type { Cluster, Member } from '../cluster/cluster-api.js';
import { coverage, degradations } from './health.js';

const worker = (more: Partial<Member> = {}): Member =>
  ({ MemberID: 'w', Name: 'w', Role: 'server', Leader: true, ...more }) as Member;
const cluster = (members: Member[], depth = 0, oldestAgeMs = 0): Cluster =>
  ({
    Members: Object.fromEntries(members.map((one) => [one.MemberID, one])),
    Outbox: { depth, oldestAgeMs },
  }) as Cluster;
const counts = (...statuses: ('ok' | 'stale' | 'orphaned' | 'disabled' | 'critical')[]) =>
  countByStatus(statuses.map((status) => stateOf(status, { status })));

describe('the monitoring itself', () => {
  it('is sound', () => expect(degradations(cluster([worker()]), counts('ok', 'critical'))).toEqual([]));

  it.each([
    [cluster([]), /no scheduler leads/],
    [cluster([worker({ Role: 'scheduler' })]), /no worker/],
    [cluster([worker({ Detached: true })]), /^w cut off/],
    [cluster([worker({ Load: { latenessP99Ms: 9_000 } as never })]), /^w start checks late/],
    [cluster([worker()], 3, 61_000), /3 notifications not delivered for 1m 1s/],
  ])('is degraded %#', (state, words) => expect(degradations(state, counts('ok'))[0]).toMatch(words));

  it('says what has no recent results', () => {
    expect(degradations(cluster([worker()]), counts('stale', 'stale', 'orphaned'))).toHaveLength(2);
    expect(coverage(counts('ok', 'critical', 'stale', 'orphaned', 'disabled'))).toBe(0.5);
    expect(coverage(counts('disabled'))).toBe(1);
  });
});
