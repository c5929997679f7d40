import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { bucketOf, mergeSketches, msOfBucket, quantile, type Sketch, SKETCH_ERROR } from './sketch.js';
import { CLASS, joined, NO_PHASES, spanBetween, sumOf, type Tally } from './tally.js';
import { uptimeOf } from './uptime.js';

const sketchOf = (latencies: readonly number[]): Sketch =>
  latencies.map((ms): Sketch => [bucketOf(ms), 1]).reduce(mergeSketches, []);

/** One result. */
const point = (at: number, code: number, holdMs = 15_000): Tally => ({
  first: at,
  firstClass: code,
  last: at,
  lastClass: code,
  holdMs,
  runs: 1,
  failures: code === CLASS.critical ? 1 : 0,
  overruns: 0,
  time: [0, 0, 0, 0, 0, 0, 0],
  maybeDown: 0,
  maybeUp: 0,
  latency: [3, 1],
  phases: NO_PHASES,
  changes: [],
});

const results = fc
  .array(fc.record({ pause: fc.integer({ min: 1, max: 40_000 }), code: fc.integer({ min: 0, max: 5 }) }), {
    minLength: 2,
    maxLength: 30,
  })
  .map((all) => {
    let at = 1_790_000_000_000;
    return all.map(({ pause, code }) => point((at += pause), code));
  });

describe('latencies', () => {
  // Of all sizes, and many in the same buckets.
  const latency = fc.oneof(
    fc.double({ min: 0.011, max: 600_000, noNaN: true }),
    fc.integer({ min: 20, max: 60 }).map((ms) => ms + 0.5),
  );
  // Most of the doubles between 0 and 1 are next to 0.
  const share = fc.integer({ min: 0, max: 1_000 }).map((thousandths) => thousandths / 1_000);

  it('a quantile is within the error of the true one', () => {
    fc.assert(
      fc.property(fc.array(latency, { minLength: 1, maxLength: 60, size: 'max' }), share, (all, q) => {
        const sorted = [...all].sort((a, b) => a - b);
        const truth = sorted[Math.max(1, Math.ceil(q * all.length)) - 1] as number;
        const found = quantile(sketchOf(all), q) as number;
        expect(Math.abs(found - truth) / truth).toBeLessThanOrEqual(SKETCH_ERROR + 1e-9);
      }),
    );
    expect(SKETCH_ERROR).toBeLessThanOrEqual(0.05);
    expect(quantile([], 0.5)).toBeUndefined();
  });

  it('add up, in whatever order', () => {
    fc.assert(
      fc.property(fc.array(latency, { size: '+1' }), fc.array(latency, { size: '+1' }), (a, b) => {
        const counts = new Map<number, number>();
        for (const ms of [...a, ...b]) counts.set(bucketOf(ms), (counts.get(bucketOf(ms)) ?? 0) + 1);
        const counted = [...counts].sort(([one], [other]) => one - other).flat();
        expect(mergeSketches(sketchOf(a), sketchOf(b))).toEqual(counted);
      }),
    );
  });

  it('any duration has a bucket of one byte', () => {
    for (const ms of [0, -1, Number.NaN, 0.01, 1e12]) expect(bucketOf(ms)).toBeLessThanOrEqual(255);
    expect(msOfBucket(bucketOf(86_400_000))).toBeGreaterThan(80_000_000);
  });
});

describe('tallies', () => {
  it('account for each millisecond between the first and the last result once', () => {
    fc.assert(
      fc.property(results, (all) => {
        const sum = sumOf(all) as Tally;
        expect(sum.time.reduce((total, ms) => total + ms, 0)).toBe(sum.last - sum.first);
        expect(sum.runs).toBe(all.length);
      }),
    );
  });

  it('are the same however they are grouped: a fold of folds is the fold of all', () => {
    fc.assert(
      fc.property(results, fc.nat(29), (all, cut) => {
        const at = 1 + (cut % (all.length - 1));
        const grouped = joined(sumOf(all.slice(0, at)) as Tally, sumOf(all.slice(at)) as Tally);
        expect(grouped).toEqual(sumOf(all));
      }),
    );
  });

  it('of two workers at the same time make one line: no time counts twice', () => {
    fc.assert(
      fc.property(results, results, fc.integer({ min: -30_000, max: 30_000 }), (a, b, shift) => {
        const other = b.map((one) => ({ ...one, first: one.first + shift, last: one.last + shift }));
        const sum = joined(sumOf(a) as Tally, sumOf(other) as Tally);
        expect(sum.time.reduce((total, ms) => total + ms, 0)).toBe(sum.last - sum.first);
        expect(Math.min(...sum.time)).toBeGreaterThanOrEqual(0);
      }),
    );
  });

  it('a late worker fills what nobody else watched', () => {
    const gap = joined(point(0, CLASS.ok), point(100_000, CLASS.ok));
    expect(gap.time[CLASS.unwatched]).toBe(100_000);
    const late = sumOf([20_000, 30_000, 40_000, 50_000].map((at) => point(at, CLASS.critical))) as Tally;
    const sum = joined(gap, late);
    expect([sum.time[CLASS.unwatched], sum.time[CLASS.critical], sum.runs]).toEqual([70_000, 30_000, 6]);
  });
});

describe('the time after a result', () => {
  it('is what it found, until the next one, if that comes in time', () => {
    expect(spanBetween(point(0, CLASS.ok), 15_000, CLASS.ok)).toMatchObject({ class: CLASS.ok, maybe: undefined });
    expect(spanBetween(point(0, CLASS.ok), 15_001, CLASS.ok)).toMatchObject({ class: CLASS.unwatched });
    expect(spanBetween(point(0, CLASS.maintenance), 15_001, CLASS.ok)).toMatchObject({ class: CLASS.unwatched });
    expect(spanBetween(point(0, CLASS.disabled), 9e9, CLASS.ok)).toMatchObject({ class: CLASS.disabled });
  });

  it('is uncertain before a result that says the opposite', () => {
    expect(spanBetween(point(0, CLASS.ok), 9_000, CLASS.critical).maybe).toBe('down');
    expect(spanBetween(point(0, CLASS.critical), 9_000, CLASS.warning).maybe).toBe('up');
    expect(spanBetween(point(0, CLASS.critical), 9_000, CLASS.unknown).maybe).toBeUndefined();
  });
});

describe('uptime', () => {
  const time = (of: Partial<Record<keyof typeof CLASS, number>>): number[] => {
    const all = [0, 0, 0, 0, 0, 0, 0];
    for (const [name, ms] of Object.entries(of)) all[CLASS[name as keyof typeof CLASS]] = ms;
    return all;
  };
  const sure = { maybeDown: 0, maybeUp: 0 };

  it('counts what nobody saw as down in one bound and as up in the other', () => {
    expect(uptimeOf({ time: time({ ok: 900, warning: 72, unwatched: 20, unknown: 8 }), ...sure })).toEqual({
      uptime: { min: 0.972, max: 1 },
      watched: 0.972,
    });
  });

  it('leaves out what people did not want to be up, or counts maintenance as not watched', () => {
    const all = time({ ok: 500, critical: 500, maintenance: 1_000, disabled: 5_000 });
    expect(uptimeOf({ time: all, ...sure }).uptime).toEqual({ min: 0.5, max: 0.5 });
    expect(uptimeOf({ time: all, ...sure }, true)).toEqual({ uptime: { min: 0.25, max: 0.75 }, watched: 0.5 });
    expect(uptimeOf({ time: time({ disabled: 7 }), ...sure })).toEqual({ uptime: null, watched: null });
  });

  it('holds the truth of a target that failed at any time between its checks', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1_000, max: 90_000 }), { minLength: 1, maxLength: 6 }),
        fc.integer({ min: 0, max: 9_999 }),
        (durations, phase) => {
          // Up, down, up …, each longer than the interval, so that a check sees it.
          const turns = durations.reduce<number[]>((all, ms) => [...all, (all.at(-1) ?? 0) + 10_000 + ms], []);
          const isUpAt = (at: number): boolean => turns.filter((turn) => turn <= at).length % 2 === 0;
          const end = (turns.at(-1) as number) + 30_000;
          const checks: Tally[] = [];
          for (let at = phase; at < end; at += 10_000) checks.push(point(at, isUpAt(at) ? CLASS.ok : CLASS.critical));
          const sum = sumOf(checks) as Tally;
          let up = 0;
          let from = sum.first;
          for (const to of [...turns.filter((turn) => turn > from && turn < sum.last), sum.last]) {
            if (isUpAt(from)) up += to - from;
            from = to;
          }
          const truth = up / (sum.last - sum.first);
          const { uptime } = uptimeOf(sum);
          expect(uptime?.min).toBeLessThanOrEqual(truth + 1e-9);
          expect(uptime?.max).toBeGreaterThanOrEqual(truth - 1e-9);
        },
      ),
    );
  });
});
