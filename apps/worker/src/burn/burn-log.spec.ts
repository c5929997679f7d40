import { describe, expect, it } from '@jest/globals';
import { BURN_WINDOWS, CLASS, judgeBurn, NO_PHASES, scaledWindow, type Tally } from '@9volt/contracts';
import { someOf } from '@9volt/testing';
import fc from 'fast-check';
import { BurnLog } from './burn-log.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const START = 500_000 * HOUR;

/** Checks every 10 s from `from` to `to`, which all find the same. */
function checked(log: BurnLog, from: number, to: number, code: number): void {
  for (let at = from; at < to; at += 10_000) log.took({ last: at, lastClass: code, holdMs: 16_000 });
}

function tallyOf(from: number, to: number, time: Partial<Record<keyof typeof CLASS, number>>): Tally {
  const all = [0, 0, 0, 0, 0, 0, 0];
  for (const [name, ms] of Object.entries(time)) all[CLASS[name as keyof typeof CLASS]] = ms;
  return {
    ...{ first: from, firstClass: CLASS.ok, last: to, lastClass: CLASS.ok, holdMs: 16_000 },
    ...{ runs: 1, failures: 0, overruns: 0, time: all, maybeDown: 0, maybeUp: 0 },
    ...{ latency: [], phases: NO_PHASES, changes: [] },
  };
}

/** When a story of minutes up and down makes the warning begin and end, judged once a minute. */
function turns(slo: number, story: readonly [minutes: number, code: number][]): string[] {
  const log = new BurnLog(MINUTE, 1);
  const found: string[] = [];
  let before = 'fast off, slow off';
  let minute = 0;
  for (const [minutes, code] of story) {
    for (const end = minute + minutes; minute < end; minute++) {
      const at = START + minute * MINUTE;
      checked(log, at, at + MINUTE, code);
      const { fast, slow } = judgeBurn(slo, 1, (window) => log.seen(window, at + MINUTE - 1));
      const now = `fast ${fast.is}, slow ${slow.is}`;
      if (now !== before) found.push(`${minute + 1}: ${now}`);
      before = now;
    }
  }
  return found;
}

describe('a story of 99.9 %, by hand', () => {
  it('an outage after three good days burns fast after a minute, and ends six minutes after it', () => {
    // 1 min of 60: rate 16.7. The last 5 periods are free of it 5 minutes after its end.
    expect(
      turns(0.999, [
        [4_320, CLASS.ok],
        [1, CLASS.critical],
        [30, CLASS.ok],
      ]),
    ).toEqual(['4321: fast on, slow off', '4326: fast off, slow off']);
  });

  it('a long outage burns slowly, too, until it left the last 6 hours', () => {
    // 5 min of 3 days: rate 1.16. Fast: of 5 min the rate of the 30 min above 6 until 30 min after it.
    expect(
      turns(0.999, [
        [4_320, CLASS.ok],
        [5, CLASS.critical],
        [400, CLASS.ok],
      ]),
    ).toEqual([
      '4321: fast on, slow off',
      '4325: fast on, slow on',
      '4355: fast off, slow on',
      '4685: fast off, slow off',
    ]);
  });

  it('what nobody watched, and maintenance, count neither way', () => {
    expect(
      turns(0.999, [
        [600, CLASS.ok],
        [60, CLASS.maintenance],
        [60, CLASS.unknown],
        [60, CLASS.disabled],
      ]).filter((turn) => turn.includes('on')),
    ).toEqual([]);
  });
});

/** What a list of all spans says about the last minutes or hours, the running one included. */
function listed(spans: readonly Span[], periods: number, lengthMs: number, now: number): { up: number; down: number } {
  const since = (Math.floor(now / lengthMs) - periods + 1) * lengthMs;
  const sum = (codes: readonly number[]): number =>
    spans
      .filter(({ code }) => codes.includes(code))
      .reduce((all, { from, to }) => all + Math.max(0, Math.min(to, now) - Math.max(from, since)), 0);
  return { up: sum([CLASS.ok, CLASS.warning]), down: sum([CLASS.critical]) };
}

interface Span {
  from: number;
  to: number;
  code: number;
}

it('agrees with a list of all spans, for windows of each length and results at any times', () => {
  const holdMs = 10 * MINUTE;
  const gap = fc.oneof(
    { weight: 8, arbitrary: fc.integer({ min: 1_000, max: holdMs }) },
    { weight: 1, arbitrary: fc.integer({ min: holdMs + 1, max: 7 * HOUR }) },
    { weight: 1, arbitrary: fc.integer({ min: 70 * HOUR, max: 300 * HOUR }) },
  );
  const result = fc.record({ gap, code: fc.constantFrom(...Object.values(CLASS).filter((code) => code < 5)) });
  fc.assert(
    fc.property(
      fc.constantFrom(7 / 30, 1, 3),
      fc.array(result, { minLength: 2, maxLength: 60 }),
      fc.integer({ min: 0, max: MINUTE }),
      (scale, story, wait) => {
        const log = new BurnLog(MINUTE, scale);
        const spans: Span[] = [];
        let [at, before] = [START, -1];
        for (const { gap: ms, code } of someOf(story)) {
          if (before >= 0 && ms <= holdMs) spans.push({ from: at, to: at + ms, code: before });
          at += ms;
          log.took({ last: at, lastClass: code, holdMs });
          // One that comes late changes nothing.
          log.took({ last: at - 500, lastClass: CLASS.critical, holdMs });
          before = code;
        }
        const now = at + wait;
        spans.push({ from: at, to: now, code: before });
        for (const [n, window] of someOf(BURN_WINDOWS.entries())) {
          const minutes = scaledWindow(window, scale);
          // Only the longest window is counted in hours.
          const [periods, lengthMs] = n < 4 ? [minutes, MINUTE] : [Math.ceil(minutes / 60), HOUR];
          const [seen, all] = [log.seen(minutes, now), listed(spans, periods, lengthMs, now)];
          // Single precision: some milliseconds in days.
          expect(Math.abs(seen.up - all.up)).toBeLessThan(1_000);
          expect(Math.abs(seen.down - all.down)).toBeLessThan(1_000);
        }
      },
    ),
  );
});

it('the longest window begins with the hour of its first minute, also that of a shorter objective', () => {
  // Of 7 days instead of 30: 16 hours and 48 minutes.
  const log = new BurnLog(MINUTE, 7 / 30);
  checked(log, START, START + MINUTE, CLASS.critical);
  checked(log, START + 16 * HOUR, START + 16 * HOUR + MINUTE, CLASS.ok);
  expect(log.seen(1_008, START + 16 * HOUR + 50_000)).toEqual({ up: 50_000, down: 50_000 });
});

it('time after the last result counts as long as the result stands', () => {
  const log = new BurnLog(MINUTE, 1);
  log.took({ last: START, lastClass: CLASS.critical, holdMs: 16_000 });
  expect(log.seen(5, START + 10_000)).toEqual({ up: 0, down: 10_000 });
  expect(log.seen(5, START + 20_000)).toEqual({ up: 0, down: 0 });
  expect(log.seen(5, START + 30_000)).toEqual({ up: 0, down: 0 });
});

describe('what an heir reads', () => {
  it('comes before its own results, with the time between', () => {
    const before = new BurnLog(MINUTE, 1);
    const own = new BurnLog(MINUTE, 1);
    const begunAt = START + 10 * MINUTE + 5_000;
    checked(own, begunAt, begunAt + MINUTE, CLASS.ok);
    before.tally(tallyOf(START, START + 9 * MINUTE, { ok: 8 * MINUTE, critical: MINUTE }), begunAt);
    // This one ends after the first own result: 55 s of it count, and the 10 s before it.
    before.tally(tallyOf(START + 9 * MINUTE + 10_000, START + 10 * MINUTE + 10_000, { ok: MINUTE }), begunAt);
    const seen = before.follow(own).seen(60, begunAt + 50_000);
    expect(seen.down).toBeCloseTo(MINUTE, 0);
    expect(seen.up).toBeCloseTo(8 * MINUTE + 10_000 + 55_000 + 50_000, 0);
  });

  it('leaves a hole where nobody watched', () => {
    const before = new BurnLog(MINUTE, 1);
    const own = new BurnLog(MINUTE, 1);
    checked(own, START + 5 * MINUTE, START + 5 * MINUTE + 20_000, CLASS.ok);
    before.tally(tallyOf(START, START + MINUTE, { critical: MINUTE }), START + 5 * MINUTE);
    expect(before.follow(own).seen(60, START + 5 * MINUTE + 10_000)).toEqual({ up: 10_000, down: MINUTE });
  });

  it('counts the time between its last result and the first own one, and goes on from the last own one', () => {
    const before = new BurnLog(MINUTE, 1);
    const own = new BurnLog(MINUTE, 1);
    const begunAt = START + MINUTE + 12_000;
    checked(own, begunAt, begunAt + 20_001, CLASS.critical);
    before.tally(tallyOf(START, START + MINUTE, { ok: MINUTE }), begunAt);
    const all = before.follow(own);
    for (const minutes of [60, 4_320]) {
      expect(all.seen(minutes, begunAt + 25_000)).toEqual({ up: MINUTE + 12_000, down: 25_000 });
    }
    expect(all.begunAt).toBe(begunAt);
  });

  it('of two workers that checked at the same time counts once', () => {
    const before = new BurnLog(MINUTE, 1);
    before.tally(tallyOf(START, START + MINUTE, { ok: MINUTE }), START + HOUR);
    before.tally(tallyOf(START + 30_000, START + MINUTE, { ok: 30_000 }), START + HOUR);
    before.tally(tallyOf(START + 30_000, START + 90_000, { ok: MINUTE }), START + HOUR);
    expect(before.seen(60, START + 90_000).up).toBeCloseTo(90_000, 0);
  });

  it('hours are good for three days', () => {
    const before = new BurnLog(MINUTE, 1);
    for (let hour = 0; hour < 72; hour++) {
      before.tally(
        tallyOf(START + hour * HOUR, START + (hour + 1) * HOUR, { ok: HOUR - 60_000, critical: 60_000 }),
        Infinity,
      );
    }
    const seen = before.seen(4_320, START + 72 * HOUR - 1);
    expect(seen.down / MINUTE).toBeCloseTo(72, 1);
  });
});
