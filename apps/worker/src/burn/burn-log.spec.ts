import { describe, expect, it } from '@jest/globals';
import { CLASS, judgeBurn, NO_PHASES, type Tally } from '@9volt/contracts';
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
