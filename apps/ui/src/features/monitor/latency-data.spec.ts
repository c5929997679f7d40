import { expect, it } from '@jest/globals';
import { latencyData } from './latency-data.js';

it('stacks the phases that occur, and marks failures', () => {
  const at = '1970-01-01T00:00:01.000Z';
  const data = latencyData([
    { at, latencyMs: 10, status: 'ok', phases: { lookup: 1, connect: 2, firstByte: 6 } },
    { at, latencyMs: 4, status: 'critical', message: 'x', phases: { lookup: 4 } },
    { at, latencyMs: 5, status: 'ok' },
  ]);
  expect(data.times).toEqual([1, 1, 1]);
  expect(data.total).toEqual([10, 4, 5]);
  expect(data.failed).toEqual([null, 4, null]);
  expect(data.phases.map(({ label, own, stacked }) => [label, own, stacked])).toEqual([
    ['Lookup', [1, 4, 0], [1, 4, 0]],
    ['Connect', [2, 0, 0], [3, 4, 0]],
    ['First byte', [6, 0, 0], [9, 4, 0]],
  ]);
});
