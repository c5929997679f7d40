import { expect, it } from '@jest/globals';
import { COLUMNS, type Row, sorted } from './report-rows.js';

const row = (name: string, change: Partial<Row> = {}): Row => ({
  name,
  monitors: 1,
  uptime: { min: 1, max: 1 },
  watched: 1,
  downMs: 0,
  unwatchedMs: 0,
  maintenanceMs: 0,
  runs: 10,
  failures: 0,
  incidents: 0,
  longestMs: null,
  meanToRecoveryMs: null,
  slo: null,
  ...change,
});

it.each([
  ['name', ['a', 'b', 'c']],
  ['uptime', ['b', 'a', 'c']],
  ['incidents', ['c', 'a', 'b']],
  ['longest', ['c', 'b', 'a']],
  ['budget', ['b', 'c', 'a']],
  ['nonsense', ['a', 'b', 'c']],
])('by %s the worst is first, and what has no value last', (id, names) => {
  const slo = (left: number): Row['slo'] => ({ target: 0.99, budgetMs: 1_000, usedMs: 1, left });
  const rows = [
    row('c', { incidents: 2, longestMs: 9_000, uptime: null, slo: slo(0.5) }),
    row('b', { longestMs: 1_000, uptime: { min: 0.5, max: 0.6 }, slo: slo(-1) }),
    row('a'),
  ];
  expect(sorted(rows, id).map(({ name }) => name)).toEqual(names);
});

it('is written in words', () => {
  const slo = { target: 0.999, budgetMs: 86_000, usedMs: 60_000, left: 0.302 };
  const texts = COLUMNS.map(({ text }) =>
    text(row('web', { downMs: 60_000, incidents: 1, longestMs: 60_000, meanToRecoveryMs: 60_000, slo })),
  );
  expect(texts).toEqual(['web', '100 %', '1m', '1', '1m', '1m', '30.2 % of 1m 26s']);
});
