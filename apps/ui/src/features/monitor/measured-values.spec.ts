import { expect, it } from '@jest/globals';
import { pathOf, valueSeries } from './measured-values.js';

const result = (performance: { label: string; value: number | null; unit?: string }[]) => ({
  at: '2026-06-01T12:00:00.000Z',
  status: 'ok' as const,
  latencyMs: 1,
  performance,
});

it('collects each measured value over the results, and leaves out what never was one', () => {
  const series = valueSeries([
    result([
      { label: 'load', value: 1 },
      { label: 'free', value: 5, unit: '%' },
    ]),
    result([
      { label: 'load', value: 3 },
      { label: 'odd', value: null },
    ]),
    { at: '2026-06-01T12:00:00.000Z', status: 'ok', latencyMs: 1 },
  ]);
  expect(series).toEqual([
    { label: 'load', unit: '', values: [1, 3, null], last: 3, least: 1, most: 3 },
    { label: 'free', unit: '%', values: [5, null, null], last: 5, least: 5, most: 5 },
  ]);
});

it('draws a line through what was measured', () => {
  const series = { label: 'a', unit: '', last: 1, least: 0, most: 2 };
  expect(pathOf({ ...series, values: [0, 2, null, 1] })).toBe('M0.0 42.0L80.0 2.0L240.0 22.0');
  expect(pathOf({ ...series, least: 1, most: 1, values: [1, 1] })).toBe('M0.0 22.0L240.0 22.0');
});
