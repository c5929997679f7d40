import { expect, it } from '@jest/globals';
import { ageOf, instantOf, roughly } from './age.js';
import { table } from './table.js';
import { widthOf } from './width.js';

const HEADINGS = ['NAME', 'STATUS', 'MESSAGE'];
const ROWS = [
  ['web', 'critical', 'status 500, expected 200 '.repeat(10)],
  ['a-name-that-is-rather-long', 'ok', null],
  ['日本語のモニター', 'warning', 'é'.repeat(200)],
];

it.each([40, 80, 120])('a row has at most the %d columns of the terminal, and short values are whole', (width) => {
  const text = table(HEADINGS, ROWS, { width });
  for (const line of text.trimEnd().split('\n')) expect(widthOf(line)).toBeLessThanOrEqual(width);
  expect(text).toContain('critical');
  expect(text).toContain('…');
});

it('cuts nothing without a width, and aligns letters of two columns', () => {
  const [heading, , , wide] = table(HEADINGS, ROWS).split('\n') as [string, string, string, string];
  expect(table(HEADINGS, ROWS)).not.toContain('…');
  expect(widthOf(wide.slice(0, wide.indexOf('warning')))).toBe(heading.indexOf('STATUS'));
});

it('colours statuses, and nothing else', () => {
  const text = table(HEADINGS, [['critical', 'critical', 'critical']], { colours: true });
  expect(text.split('\n')[1]).toBe('critical  \u001b[31mcritical\u001b[39m  critical');
});

it.each([
  [0, '0s'],
  [59_999, '59s'],
  [3_600_000, '1h'],
  [7_500_000, '2h5m'],
  [90_061_000, '1d1h'],
  [-5, '0s'],
])('%d ms are %s', (ms, text) => {
  expect(roughly(ms)).toBe(text);
});

it('says how long ago a time was', () => {
  expect(ageOf('2026-01-01T00:00:00Z', Date.parse('2026-01-01T02:05:00Z'))).toBe('2h5m');
  for (const none of [null, undefined, 'x', 5]) expect(ageOf(none)).toBeUndefined();
});

it.each<[string, number | undefined]>([
  ['90m', -5_400_000],
  ['1h30m', -5_400_000],
  ['2d', -172_800_000],
  ['1970-01-01T00:00:01Z', 1_000],
  ['1970-01-02', 86_400_000],
  ['yesterday', undefined],
  ['12', undefined],
  ['', undefined],
])('%j is a time: %j', (text, at) => {
  expect(instantOf(text, 0)).toBe(at);
});
