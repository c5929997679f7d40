import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { compareDecimals } from './decimal.js';

describe('numbers in their written form', () => {
  it.each([
    ['1', '1.0', 0],
    ['0', '-0.000e9', 0],
    ['.5', '5e-1', 0],
    ['00100', '1e2', 0],
    ['12345678901234567890', '12345678901234567891', -1],
    ['-2', '-1', -1],
    ['-1', '1', -1],
    ['0', '-1', 1],
    ['1e400', '1e399', 1],
    ['10', '9', 1],
    ['0.09', '0.1', -1],
  ])('%s to %s: %i', (a, b, sign) => {
    expect(Math.sign(compareDecimals(a, b))).toBe(sign);
    expect(Math.sign(compareDecimals(b, a))).toBe(sign === 0 ? 0 : -sign);
  });

  it.each(['', 'x', '1.2.3', '0x10', 'Infinity', '.', 'e5'])('%j is none', (text) => {
    expect(compareDecimals(text, '1')).toBeNaN();
  });

  it('agree with comparing the numbers', () => {
    const number = fc.double({ noNaN: true, noDefaultInfinity: true });
    fc.assert(
      fc.property(number, number, (a, b) => {
        const difference = a === b ? 0 : a < b ? -1 : 1;
        expect(Math.sign(compareDecimals(String(a), String(b)))).toBe(difference);
      }),
    );
  });
});
