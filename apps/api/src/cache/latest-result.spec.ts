import { describe, expect, test } from '@jest/globals';
import { clockCorrection, type LatestResult, newestResult, type ReportedResult } from './latest-result.js';

const NOW = 1_790_000_000_000;
const HOUR = 3_600_000;
const result = (workerId: string, revision: number, at: number, dumpedAt = at + 2_000): ReportedResult => ({
  workerId,
  revision,
  dumpedAt,
  sample: { at, latencyMs: 1, status: 'ok' },
});
const after = (
  told: readonly ReportedResult[],
  { owner, arrived = true, now = NOW }: { owner?: string; arrived?: boolean; now?: number } = {},
): LatestResult | undefined =>
  told.reduce<LatestResult | undefined>(
    (known, one) => newestResult(known, one, { owner, arrived, now }) ?? known,
    undefined,
  );

describe('a worker whose clock is hours ahead dies', () => {
  const dead = result('dead', 5, NOW + 3 * HOUR);

  test.each([true, false])('the result of the next owner counts at once (found when listing: %s)', (arrived) => {
    const heirs = result('heir', 6, NOW - 1_000, NOW);
    expect(after([dead, heirs], { owner: 'heir', arrived })).toMatchObject({ workerId: 'heir', at: NOW - 1_000 });
  });

  test('and before the next owner is known', () => {
    expect(after([dead, result('heir', 6, NOW - 1_000, NOW)])).toMatchObject({ workerId: 'heir' });
  });

  test('its results have our own time', () => {
    expect(after([dead], { owner: 'dead' })).toMatchObject({ at: NOW - 2_000, sample: { at: NOW - 2_000 } });
    expect(after([dead], { owner: 'dead', arrived: false })?.at).toBe(NOW);
  });
});

test('a worker whose clock is hours behind does not seem silent because of that', () => {
  const behind = result('behind', 6, NOW - 3 * HOUR);
  expect(after([behind], { owner: 'behind' })).toMatchObject({ at: NOW - 2_000, sample: { at: NOW - 2_000 } });
});

test("a worker that lost a monitor may report it once more: the owner's result counts", () => {
  const [owners, late] = [result('owner', 6, NOW - 500, NOW), result('loser', 7, NOW - 4_000, NOW)];
  expect(after([owners, late], { owner: 'owner' })).toMatchObject({ workerId: 'owner' });
  expect(after([late, owners], { owner: 'owner' })).toMatchObject({ workerId: 'owner' });
});

test('an older dump, read later, counts as older', () => {
  expect(after([result('w', 7, NOW - 1_000), result('w', 6, NOW - 9_000)], { owner: 'w' })?.revision).toBe(7);
});

test('clocks that differ by the duration of a dump count as equal', () => {
  expect([clockCorrection(NOW - 4_000, NOW), clockCorrection(NOW + 4_000, NOW)]).toEqual([0, 0]);
  expect([clockCorrection(NOW - HOUR, NOW), clockCorrection(NOW + HOUR, NOW)]).toEqual([HOUR, -HOUR]);
});
