import { expect, it } from '@jest/globals';
import { isAsExpected, isNumberless, parseExpectation } from './value-expectation.js';

it.each<[unknown, string, boolean]>([
  ['ok', 'ok', true],
  ['ok', '= ok', true],
  ['ok', ' =ok ', true],
  ['ok', 'OK', false],
  [' ok', ' ok', true],
  ['< 5', '= < 5', true],
  [5, '5', true],
  [true, 'true', true],
  [null, 'null', true],
  [{ a: 1 }, '{"a":1}', true],
  ['down', '!= down', false],
  [99, '< 100', true],
  [100, '< 100', false],
  [100, '<= 1e2', true],
  ['100', '>= 99.5', true],
  ['many', '> 1', false],
  ['', '>= 0', false],
  [null, '>= 0', false],
  ['2.31.0', '~ ^2\\.', true],
  ['1.0', '~ ^2\\.', false],
])('%j as %j: %s', async (value, written, expected) => {
  const scope = { onEnd: () => undefined };
  expect(await isAsExpected(value, parseExpectation(written), scope)).toBe(expected);
});

it.each([
  ['< 5', false],
  ['< five', true],
  ['>=', true],
  ['~ x', false],
  ['five', false],
])('%j lacks its number: %s', (written, expected) => {
  expect(isNumberless(parseExpectation(written))).toBe(expected);
});
