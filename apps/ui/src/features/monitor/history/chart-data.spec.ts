import { expect, it } from '@jest/globals';
import { bandData, type Bucket, gradeOf } from './chart-data.js';

const time = { ok: 0, warning: 0, critical: 0, unknown: 0, maintenance: 0, disabled: 0, unwatched: 0 };
const bucket = (change: Partial<Bucket>): Bucket => ({
  from: '1970-01-01T00:00:00.000Z',
  to: '1970-01-01T00:01:00.000Z',
  uptime: null,
  watched: null,
  time,
  runs: 0,
  failures: 0,
  overruns: 0,
  latency: null,
  phases: {},
  ...change,
});

it('draws a point in the middle of each bucket, and none without a check', () => {
  const latency = { p50: 10, p95: 20, p99: 30 };
  expect(
    bandData([bucket({ latency }), bucket({}), bucket({ latency, failures: 2 }), bucket({ failures: 1 })]),
  ).toEqual({
    times: [30, 30, 30, 30],
    p50: [10, null, 10, null],
    p95: [20, null, 20, null],
    p99: [30, null, 30, null],
    failed: [null, null, 30, 0],
  });
});

it.each([
  [{}, 'none'],
  [{ unwatched: 1_000, maintenance: 1_000 }, 'none'],
  [{ ok: 1_000, unwatched: 1_000 }, 'ok'],
  [{ warning: 1_000 }, 'ok'],
  [{ ok: 990, critical: 10 }, 'warning'],
  [{ ok: 900, critical: 100 }, 'critical'],
] as const)('a day with %j ms is graded %s', (more, grade) => {
  expect(gradeOf({ time: { ...time, ...more } })).toBe(grade);
});
