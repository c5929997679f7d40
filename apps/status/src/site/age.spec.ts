import { expect, it } from '@jest/globals';
import { ageOf } from './age.js';

const LOST = Date.parse('2026-06-01T12:00:10Z');

it.each([
  [0, undefined],
  [14_999, undefined],
  [15_000, 0],
  [59_999, 0],
  [60_000, 1],
  [3_599_999, 59],
])('after %i ms without news a page says %j minutes', (ms, minutes) => {
  const since = '2026-06-01T12:00:00.000Z';
  expect(ageOf(ms, LOST + ms)).toEqual(minutes === undefined ? undefined : { since, minutes });
});
