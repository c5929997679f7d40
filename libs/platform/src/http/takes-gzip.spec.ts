import { expect, test } from '@jest/globals';
import { takesGzip } from './takes-gzip.js';

test.each([
  ['gzip', true],
  ['br;q=1.0, GZIP; q=0.5, *;q=0', true],
  ['deflate, gzip;q=1', true],
  ['gzip;q=0', false],
  ['gzip; q=0.000', false],
  ['x-gzip, br', false],
  ['identity', false],
  [undefined, false],
])('%s takes gzip: %s', (accepted, expected) => {
  expect(takesGzip(accepted)).toBe(expected);
});
