import { expect, it } from '@jest/globals';
import { absolute, counted, latency, relative, significant, spanInWords } from './format.js';

it.each([
  [0, '0s'],
  [999, '0s'],
  [61_000, '1m 1s'],
  [3_600_000, '1h'],
  [90_061_000, '1d 1h'],
  [-5_000, '0s'],
])('%d ms are %s', (ms, words) => expect(spanInWords(ms)).toBe(words));

it.each([
  [0, 'now'],
  [-65_000, '1m 5s ago'],
  [10_000, 'in 10s'],
])('%d ms from now are "%s"', (ms, words) => expect(relative(1_000_000 + ms, 1_000_000)).toBe(words));

it.each([
  [null, '–'],
  [0, '0 ms'],
  [0.04321, '0.0432 ms'],
  [1.234, '1.23 ms'],
  [12.04, '12 ms'],
  [123.4, '123 ms'],
  [999.7, '1 s'],
  [12_340, '12.3 s'],
])('a latency of %p is %s', (ms, words) => expect(latency(ms)).toBe(words));

it.each([
  [0.123456, '0.123'],
  [1234.56, '1,235'],
  [1_234_567, '1,234,567'],
  [-2.5, '-2.5'],
  [7, '7'],
])('%p is shown as %s', (value, words) => expect(significant(value)).toBe(words));

it('counts with a noun, and shows a time that is clear in every zone', () => {
  expect([counted(1, 'monitor'), counted(10_000, 'monitor')]).toEqual(['1 monitor', '10,000 monitors']);
  expect(absolute(0)).toContain('(1970-01-01T00:00:00.000Z)');
});
