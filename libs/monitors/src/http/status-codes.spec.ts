import { expect, it } from '@jest/globals';
import { includesStatus, isOrdered, STATUS_CODES } from './status-codes.js';

it.each([
  ['200', [200], [201, 199]],
  ['200-299,304', [200, 250, 299, 304], [199, 300, 303, 305]],
  [' 200 - 204 , 401 ', [200, 204, 401], [205]],
])('%j', (codes, included, others) => {
  expect(STATUS_CODES.test(codes) && isOrdered(codes)).toBe(true);
  for (const code of included) expect([code, includesStatus(codes, code)]).toEqual([code, true]);
  for (const code of others) expect([code, includesStatus(codes, code)]).toEqual([code, false]);
});

it.each(['', '2xx', '20', '2000', '200,', '200-', '-200', '200--300', '099'])('%j is none', (codes) => {
  expect(STATUS_CODES.test(codes)).toBe(false);
});

it('a range does not run backwards', () => {
  expect(isOrdered('200,299-200')).toBe(false);
});
