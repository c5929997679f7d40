import { expect, it } from '@jest/globals';
import { endsOf, fixedRange, presetFor, presetsWithin, rangeFromUrl, rangeToUrl, widened } from './range.js';

const at = Date.parse('2026-06-01T12:00:00.000Z');
const hour = 3_600_000;

it.each([
  ['range=24h', { preset: '24h' }],
  ['from=2026-06-01T11:00:00.000Z&to=2026-06-01T12:00:00.000Z', { from: at - hour, to: at }],
] as const)('%s is read, and written the same', (query, range) => {
  expect(rangeFromUrl(new URLSearchParams(query))).toEqual(range);
  const written = Object.entries(rangeToUrl(range)).filter(
    (entry): entry is [string, string] => entry[1] !== undefined,
  );
  expect(rangeFromUrl(new URLSearchParams(written))).toEqual(range);
});

it.each(['', 'range=constructor', 'range=1y', 'from=2026-06-01', 'from=x&to=y', 'from=2026-06-02&to=2026-06-01'])(
  '"%s" is no range',
  (query) => {
    expect(rangeFromUrl(new URLSearchParams(query))).toBeUndefined();
  },
);

it('a preset ends now', () => {
  expect(endsOf({ preset: '1h' }, at)).toEqual({ from: at - hour, to: at });
});

it('a very short time is widened to a minute', () => {
  expect(fixedRange(at, at + 10_000)).toEqual({ from: at - 25_000, to: at + 35_000 });
});

it('zooming out doubles the time, but not into the future', () => {
  expect(widened({ from: at - 3 * hour, to: at - 2 * hour }, at)).toEqual({
    from: at - 3.5 * hour,
    to: at - 1.5 * hour,
  });
  expect(widened({ preset: '1h' }, at)).toEqual({ from: at - 2 * hour, to: at });
});

it.each([
  [1_000, '10m'],
  [60_000, '1h'],
  [hour, '24h'],
  [24 * hour, '30d'],
  [365 * 24 * hour, '90d'],
] as const)('checks every %d ms are shown over %s at first', (intervalMs, preset) => {
  expect(presetFor(intervalMs)).toBe(preset);
});

it('a year is offered only if an archive keeps it', () => {
  const day = 24 * hour;
  expect(presetsWithin()).not.toContain('365d');
  expect(presetsWithin(364 * day)).toEqual(presetsWithin());
  expect(presetsWithin(400 * day).at(-1)).toBe('365d');
  expect(presetFor(30 * day)).toBe('90d');
});
