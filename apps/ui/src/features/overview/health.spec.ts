import { describe, expect, it } from '@jest/globals';
import { countByStatus } from '../../lib/status.js';
import { stateOf } from '../../testing/fixtures.js';
import type { Cluster, Member } from '../cluster/cluster-api.js';
import { degradations, healthFacts } from './health.js';

const worker = (more: Partial<Member> = {}): Member =>
  ({ MemberID: 'w', Name: 'w', Role: 'server', Leader: true, ...more }) as Member;
const cluster = (members: Member[], depth = 0, oldestAgeMs = 0, covered: number | null = 1_000): Cluster =>
  ({
    Members: Object.fromEntries(members.map((one) => [one.MemberID, one])),
    Outbox: { depth, oldestAgeMs },
    Coverage:
      covered === null
        ? null
        : { monitors: 1_000, covered, share: covered / 1_000, lowSince: covered < 990 ? '2026-01-01T00:00:00Z' : null },
  }) as Cluster;
const counts = (...statuses: ('ok' | 'stale' | 'orphaned' | 'disabled' | 'critical')[]) =>
  countByStatus(statuses.map((status) => stateOf(status, { status })));

describe('the monitoring itself', () => {
  it('is sound', () => expect(degradations(cluster([worker()]), counts('ok', 'critical'))).toEqual([]));

  it.each([
    [cluster([]), /no scheduler is leader/],
    [cluster([worker({ Role: 'scheduler' })]), /no worker/],
    [cluster([worker({ Detached: true })]), /^w cut off/],
    [cluster([worker({ Load: { latenessP99Ms: 9_000 } as never })]), /^w start checks late/],
    [
      cluster([worker({ Overloaded: 'cannot keep up: …', Load: { latenessP99Ms: 9_000 } as never })]),
      /^w cannot keep up/,
    ],
    [cluster([worker()], 0, 0, 980), /^20 monitors not checked as scheduled/],
    [cluster([worker()], 3, 61_000), /3 notifications not delivered for 1m 1s/],
  ])('is degraded %#', (state, words) => expect(degradations(state, counts('ok'))[0]).toMatch(words));

  it('names monitors without recent results', () => {
    expect(degradations(cluster([worker()]), counts('stale', 'stale', 'orphaned'))).toEqual([
      '1 monitor without a suitable worker',
      '2 monitors without recent results',
    ]);
  });

  it.each([
    [999.9, '99.9 % of monitors checked as scheduled'],
    [1_000, '100 % of monitors checked as scheduled'],
    [null, 'unknown'],
  ])('shows a coverage of %s of 1000', (covered, words) => {
    expect(new Map(healthFacts(cluster([worker()], 0, 0, covered))).get('Coverage')).toBe(words);
  });
});
