import { expect, test } from '@jest/globals';
import { historyPeriods, knownUntil, retentionOf } from './periods.js';

test('with many monitors the history is shorter', () => {
  const DAY = 86_400_000;
  expect(retentionOf(30_000)).toEqual({ minute: DAY / 8, hour: 10 * DAY, day: 100 * DAY });
  expect(retentionOf(100_000)).toMatchObject({ hour: 3 * DAY, day: 40 * DAY });
  expect(retentionOf(10_000_000)).toMatchObject({ hour: DAY, day: 2 * DAY });
  expect(retentionOf(1, historyPeriods(60)).hour).toBe(10 * 24 * 60_000);
});

test('results reach readers within 40 seconds', () => {
  expect(knownUntil(100_000, historyPeriods())).toBe(60_000);
  // Of shorter minutes, too, their third write counts, and what a reader has listed.
  expect(knownUntil(100_000, historyPeriods(60))).toBe(98_500);
});
