import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { DurationError, formatDuration, parseDuration } from './duration.js';

describe('durations', () => {
  it.each([
    ['1ms', 1],
    ['10s', 10_000],
    ['1h30m', 5_400_000],
    ['1.5h', 5_400_000],
    ['.5s', 500],
    ['100us', 0.1],
    ['100µs', 0.1],
    ['1d', 86_400_000],
    ['1y', 31_536_000_000],
    ['1d12h', 129_600_000],
    ['+5s', 5_000],
    ['-5s', -5_000],
    ['0', 0],
    [10_000_000_000, 10_000],
    [1_000_000, 1],
  ])('reads %j as %d ms', (written, ms) => {
    expect(parseDuration(written)).toBeCloseTo(ms, 6);
  });

  it.each([
    '',
    'soon',
    '10',
    '10 s',
    '1s ',
    's',
    '-',
    '1h-5m',
    '1S',
    '1.2.3s',
    null,
    undefined,
    1.5,
    true,
    Number.NaN,
    [],
    {},
  ])('refuses %j', (written) => {
    expect(() => parseDuration(written)).toThrow(DurationError);
  });

  it.each([
    [90_000, '1m30s'],
    [0, '0s'],
    [0.5, '500us'],
    [1, '1ms'],
    [1_500, '1.5s'],
    [86_400_000, '24h'],
    [3_600_500, '1h0.5s'],
    [-1_000, '-1s'],
  ])('writes %d ms as %s', (ms, text) => {
    expect(formatDuration(ms)).toBe(text);
  });

  it('reads back what it wrote', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 31_536_000_000_000 }), (microseconds) => {
        const ms = microseconds / 1_000;
        expect(parseDuration(formatDuration(ms))).toBeCloseTo(ms, 3);
      }),
    );
  });
});
