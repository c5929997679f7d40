import { expect, it } from '@jest/globals';
import { instantMs } from './instant.js';

it.each([
  ['2026-12-24T18:00:00Z', Date.UTC(2026, 11, 24, 18)],
  ['2026-12-24T19:00:00+01:00', Date.UTC(2026, 11, 24, 18)],
  ['2028-02-29T00:00:00Z', Date.UTC(2028, 1, 29)],
  ['2026-12-24', Date.UTC(2026, 11, 24)],
  ['2026-12-24T24:00:00Z', Date.UTC(2026, 11, 25)],
])('%s is a time', (text, at) => {
  expect(instantMs(text)).toBe(at);
});

it.each([
  '2026-02-29T00:00:00Z',
  '2026-02-30T00:00:00Z',
  '2026-04-31T00:00:00+02:00',
  '2026-00-10T00:00:00Z',
  '2026-13-01T00:00:00Z',
  '2026-01-32T00:00:00Z',
  '2026-01-00T00:00:00Z',
  '2026-12-24T25:00:00Z',
  '24.12.2026',
  'today',
  '',
])('%s is none', (text) => {
  expect(instantMs(text)).toBeUndefined();
});
