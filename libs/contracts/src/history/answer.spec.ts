import { describe, expect, it } from '@jest/globals';
import { historyOf, timelineOf, uptimeIn } from './answer.js';
import { bucketOf } from './sketch.js';
import { CLASS, FIRST_MARK, NO_PHASES, sumOf, type Tally } from './tally.js';

const T = Date.parse('2026-06-01T12:00:00Z');
const HOLD = 15_000;
const iso = (at: number): string => new Date(T + at).toISOString();

const point = (at: number, code: number = CLASS.ok, changes: number[] = []): Tally => ({
  first: T + at,
  firstClass: code,
  last: T + at,
  lastClass: code,
  holdMs: HOLD,
  runs: 1,
  failures: code === CLASS.critical ? 1 : 0,
  overruns: 0,
  time: [0, 0, 0, 0, 0, 0, 0],
  maybeDown: 0,
  maybeUp: 0,
  latency: [80, 1],
  phases: NO_PHASES,
  changes,
});

/** A check every 10 s, each minute a tally. */
function minutes(count: number, codeAt: (at: number) => number | undefined): Tally[] {
  return Array.from({ length: count }, (_none, minute) =>
    sumOf(
      [0, 1, 2, 3, 4, 5].flatMap((n) => {
        const at = minute * 60_000 + n * 10_000 + 3_000;
        const code = codeAt(at);
        return code === undefined ? [] : [point(at, code)];
      }),
    ),
  ).filter((tally) => tally !== undefined);
}

const range = { from: T, to: T + 600_000, step: 60_000 };

describe('the history of a monitor', () => {
  it('divides each millisecond among the buckets, once', () => {
    const history = historyOf(
      minutes(10, () => CLASS.ok),
      range,
    );
    expect(history.from).toBe(iso(3_000));
    expect(history.buckets.map(({ time }) => time.ok)).toEqual([57_000, ...Array<number>(9).fill(60_000)]);
    expect(history.total).toMatchObject({ uptime: { min: 1, max: 1 }, watched: 1, runs: 60, time: { ok: 597_000 } });
    expect(history.total?.latency?.p95).toBeCloseTo(19.5, 0);
  });

  it.each([
    [300_000, 600_000, [90, 117, 120]],
    [0, 300_000, [30, 57, 60]],
    [0, 600_000, [60, 114, 119]],
  ])('has the percentiles of all latencies from %i to %i ms', (from, to, truth) => {
    const latencies = Array.from({ length: 120 }, (_none, n) => n + 1);
    const tallies = latencies.map((ms, n) => ({ ...point(n * 5_000), latency: [bucketOf(ms), 1] }));
    const { latency } = historyOf(tallies, { from: T + from, to: T + to, step: to - from }).total ?? {};
    const found = [latency?.p50, latency?.p95, latency?.p99] as number[];
    const errors = truth.map((ms, n) => Math.abs((found[n] as number) / ms - 1));
    expect(Math.max(...errors)).toBeLessThanOrEqual(0.06);
  });

  it('begins before the range if an earlier result still stands', () => {
    const history = historyOf([point(-5_000), ...minutes(1, () => CLASS.ok)], { ...range, to: T + 60_000 });
    expect(history).toMatchObject({ from: iso(0), total: { runs: 6, time: { ok: 60_000 } } });
  });

  it('shows a time that nobody watched as such, and between which bounds the uptime is', () => {
    const dead = minutes(10, (at) => (at > 120_000 && at < 180_000 ? undefined : CLASS.ok));
    const { total, buckets } = historyOf(dead, range);
    expect(total?.time.unwatched).toBe(70_000);
    expect(buckets.map(({ time }) => time.unwatched)).toEqual([0, 7_000, 60_000, 3_000, 0, 0, 0, 0, 0, 0]);
    expect(total?.uptime?.max).toBe(1);
    expect(total?.uptime?.min).toBeCloseTo(527 / 597);
    expect(total?.watched).toBeCloseTo(527 / 597);
  });

  it('is unknown without a result, and ends with a result that is too old', () => {
    expect(historyOf([], range)).toMatchObject({ total: null, buckets: [] });
    expect(uptimeIn([], range.from, range.to)).toEqual({ uptime: null, watched: null });
    expect(historyOf([point(0)], range).total?.time.unwatched).toBe(600_000);
    expect(historyOf([point(590_000)], range).total?.time).toMatchObject({ ok: 10_000, unwatched: 0 });
    expect(historyOf([point(0, CLASS.disabled)], range).total).toMatchObject({
      uptime: null,
      time: { disabled: 600_000 },
    });
  });

  it('is not unwatched where results may still be on their way', () => {
    const now = { from: T, to: T + 600_000, step: 300_000, knownUntil: T + 556_000 };
    const lived = minutes(10, (at) => (at < 550_000 ? CLASS.critical : undefined));
    expect(historyOf(lived, now).total).toMatchObject({ watched: 1, time: { critical: 597_000, unwatched: 0 } });
    expect(timelineOf(lived, now).spans).toEqual([{ from: iso(3_000), to: null, status: 'critical' }]);
    expect(uptimeIn(lived, now.from, now.to, now.knownUntil)).toMatchObject({ watched: 1 });
    // Until then a result had to come: nobody watched since the last one.
    const died = minutes(10, (at) => (at < 540_000 ? CLASS.ok : undefined));
    expect(historyOf(died, now).total?.time).toMatchObject({ ok: 530_000, unwatched: 67_000 });
    expect(timelineOf(died, now).spans.at(-1)).toEqual({ from: iso(533_000), to: null, status: 'unwatched' });
    // What ends earlier is known.
    expect(historyOf(lived, { ...now, knownUntil: T + 700_000 }).total?.time.unwatched).toBe(57_000);
  });

  it('does not count a second worker twice', () => {
    const { total } = historyOf([...minutes(10, () => CLASS.ok), ...minutes(3, () => CLASS.ok)], range);
    expect(total?.time.ok).toBe(597_000);
    expect(total?.runs).toBe(78);
  });
});

describe('the timeline of a monitor', () => {
  it('is one line without gaps', () => {
    const found = minutes(4, (at) => {
      if (at > 65_000 && at < 90_000) return CLASS.critical;
      return at > 130_000 && at < 200_000 ? undefined : CLASS.ok;
    });
    expect(timelineOf(found, { from: T, to: T + 240_000 }).spans).toEqual([
      { from: iso(3_000), to: iso(73_000), status: 'ok' },
      { from: iso(73_000), to: iso(93_000), status: 'critical' },
      { from: iso(93_000), to: iso(123_000), status: 'ok' },
      { from: iso(123_000), to: iso(203_000), status: 'unwatched' },
      { from: iso(203_000), to: null, status: 'ok' },
    ]);
  });

  it('is the same from the folded minutes', () => {
    const found = minutes(60, (at) =>
      at % 700_000 > 600_000 ? CLASS.warning : at % 130_000 < 30_000 ? undefined : CLASS.ok,
    );
    const ranged = { from: T, to: T + 3_600_000 };
    expect(timelineOf([sumOf(found) as Tally], ranged)).toEqual(timelineOf(found, ranged));
  });

  it('has the marks of people', () => {
    const { marks, spans } = timelineOf([point(0), point(10_000, CLASS.ok, [T + 10_000, FIRST_MARK + 1])], range);
    expect(marks).toEqual([{ at: iso(10_000), kind: 'target-changed' }]);
    expect(spans).toHaveLength(2);
  });
});
