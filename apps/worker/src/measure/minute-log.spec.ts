import { describe, expect, test } from '@jest/globals';
import { bucketOf, type CheckResult, CLASS, FIRST_MARK, type Status, sumOf } from '@9volt/contracts';
import { MinuteLog } from './minute-log.js';

const result = (status: Status, more: Partial<CheckResult> = {}): CheckResult => ({
  status,
  message: status === 'ok' ? 'N/A' : 'it broke',
  latencyMs: 10,
  ...more,
});
const HOLD = 15_000;

describe('the results of a minute', () => {
  test('are one tally for each monitor', () => {
    const log = new MinuteLog(0);
    log.ran('web', HOLD, result('ok', { latencyMs: 100, phases: { connect: 5 } }), 1_000, false);
    log.ran('db', HOLD, result('ok'), 1_500, false);
    log.ran('web', HOLD, result('critical', { latencyMs: 200, phases: { connect: 8 } }), 11_000, false);
    log.ran('web', HOLD, result('ok', { latencyMs: 100, phases: { connect: 5 } }), 21_000, false);
    log.overran('web', 2);
    log.marked('web', 'edited', 12_000.4);
    expect(log.tally('web')).toEqual({
      first: 1_100,
      firstClass: CLASS.ok,
      last: 21_100,
      lastClass: CLASS.ok,
      holdMs: HOLD,
      runs: 3,
      failures: 1,
      overruns: 2,
      time: [10_100, 0, 9_900, 0, 0, 0, 0],
      maybeDown: 10_100,
      maybeUp: 9_900,
      latency: [bucketOf(100), 2, bucketOf(200), 1],
      phases: [-1, bucketOf(5), -1, -1, -1],
      changes: [11_200, CLASS.critical, 12_000, FIRST_MARK, 21_100, CLASS.ok],
    });
    expect(log.tally('db')).toMatchObject({ first: 1_510, last: 1_510, runs: 1, phases: [-1, -1, -1, -1, -1] });
    expect(log.tally('none')).toBeUndefined();
  });

  test('are the sum of the minutes that they could be divided into', () => {
    const whole = new MinuteLog(0);
    const parts = [new MinuteLog(0), new MinuteLog(1)] as const;
    const found: Status[] = ['ok', 'critical', 'critical', 'unknown', 'ok', 'ok', 'warning', 'ok'];
    for (const [n, status] of found.entries()) {
      // One is missing.
      const at = n * 10_000 + (n > 4 ? 20_000 : 0);
      for (const log of [whole, parts[n < 3 ? 0 : 1]]) log.ran('web', HOLD, result(status), at, n === 6);
    }
    const sum = sumOf(parts.flatMap((log) => log.tally('web') ?? []));
    expect(whole.tally('web')).toEqual(sum);
    expect(whole.tally('web')?.time[CLASS.unwatched]).toBe(30_000);
    expect(whole.tally('web')?.time[CLASS.maintenance]).toBe(10_000);
  });

  test('that were not judged do not count; rests are no checks', () => {
    const log = new MinuteLog(0);
    log.ran('web', HOLD, result('unknown', { unjudged: true }), 1_000, false);
    expect(log.tally('web')).toBeUndefined();
    log.ran('web', HOLD, result('ok'), 11_000, false);
    log.rested('web', HOLD, 'maintenance', 21_000);
    log.rested('web', HOLD, 'disabled', 31_000);
    expect(log.tally('web')).toMatchObject({
      runs: 1,
      lastClass: CLASS.disabled,
      time: [9_990, 0, 0, 0, 10_000, 0, 0],
    });
    expect(log.samples('web', 10)).toEqual([
      { at: 1_000, latencyMs: 10, status: 'unknown', message: 'it broke', unjudged: true },
      { at: 11_000, latencyMs: 10, status: 'ok' },
    ]);
    expect(log.samples('web', 1)).toMatchObject([{ at: 11_000 }]);
  });

  test('a clock that is set back takes no time away, and many results fit', () => {
    const log = new MinuteLog(0);
    for (let n = 0; n < 5_000; n++) log.ran('web', HOLD, result('ok'), n === 4_000 ? 0 : 1_000_000 + n, false);
    const tally = log.tally('web');
    expect([tally?.runs, tally?.time[CLASS.ok], log.samples('web', 100).length]).toEqual([5_000, 4_999, 100]);
  });
});
