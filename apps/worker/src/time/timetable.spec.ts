import { reportDefectsTo } from '@9volt/contracts';
import { describe, expect, test } from '@jest/globals';
import { someOf } from '@9volt/testing';
import { FakeClock } from '../testing/fake-clock.js';
import { phaseOf, slotAfter, slotBefore } from './slots.js';
import { BEAT_MS, type DueRun, Timetable } from './timetable.js';

const YEAR = 31_536_000_000;

function table(durationMs: number | ((name: string) => number) = 0) {
  const clock = new FakeClock();
  const runs: DueRun[] = [];
  const overruns = new Map<string, number>();
  const timetable = new Timetable({
    clock,
    run: async (due) => {
      runs.push(due);
      const ms = typeof durationMs === 'number' ? durationMs : durationMs(due.name);
      if (ms > 0) await clock.sleep(ms);
    },
    onOverruns: (name, count) => overruns.set(name, (overruns.get(name) ?? 0) + count),
  });
  const of = (name: string): DueRun[] => runs.filter((run) => run.name === name);
  return { clock, runs, overruns, timetable, of };
}

describe('a minute of 1 ms, 1 s and 1 y side by side', () => {
  test('runs as often as due, without drift', async () => {
    const { clock, timetable, of, overruns } = table();
    for (const [name, ms] of [
      ['fast', 1],
      ['second', 1_000],
      ['year', YEAR],
    ] as const)
      timetable.set(name, ms, 'at-once');
    const start = clock.now();
    await clock.advance(60_000);
    // A timer of whole milliseconds fires a fraction late for slots between them, so one check serves some pairs of slots.
    const due = of('fast').length + (overruns.get('fast') ?? 0);
    expect(due).toBeGreaterThanOrEqual(59_999);
    expect(due).toBeLessThanOrEqual(60_001);
    expect(of('fast').length).toBeGreaterThan(25_000);
    const seconds = of('second').slice(1);
    expect(seconds.length).toBeGreaterThanOrEqual(59);
    expect(seconds.length).toBeLessThanOrEqual(60);
    for (const run of seconds) {
      expect(Math.abs(((run.dueAt - phaseOf('second', 1_000)) % 1_000) + 500) % 1_000).toBeCloseTo(500, 2);
      expect(run.startedAt - run.dueAt).toBeLessThanOrEqual(BEAT_MS + 1.001);
    }
    expect(of('year')).toHaveLength(1);
    expect(of('year')[0]?.startedAt).toBeLessThan(start + 2);
  });

  test('a check that lasts longer than the interval is not overlapped, and each skipped check is counted', async () => {
    let now = 0;
    let most = 0;
    const clock = new FakeClock();
    let ended = 0;
    let skipped = 0;
    const timetable = new Timetable({
      clock,
      run: async () => {
        most = Math.max(most, ++now);
        await clock.sleep(7);
        now--;
        ended++;
      },
      onOverruns: (_name, count) => (skipped += count),
    });
    timetable.set('fast', 1, 'at-once');
    await clock.advance(10_000);
    expect(most).toBe(1);
    expect(ended).toBeGreaterThan(1_200);
    expect(Math.abs(ended + skipped + now - 10_000)).toBeLessThanOrEqual(8);
  });
});

test('an interval of a year: the timer is set again until the slot comes', async () => {
  const { clock, timetable, runs } = table();
  const now = clock.now();
  timetable.set('year', YEAR, { at: now, exact: true });
  const due = timetable.nextDueAt('year') as number;
  await clock.advance(due - now - 10);
  expect(runs).toHaveLength(0);
  await clock.advance(10 + BEAT_MS);
  expect(runs).toHaveLength(1);
  expect(clock.fired).toBeLessThan(30);
});

test('a busy process: missed slots are counted, and the next is the regular one', async () => {
  const { clock, timetable, of, overruns } = table();
  timetable.set('web', 1_000, 'at-once');
  await clock.advance(5_000);
  const before = of('web').length;
  clock.stall(10_000);
  await clock.advance(1);
  expect(of('web').length).toBe(before + 1);
  expect(overruns.get('web')).toBeGreaterThanOrEqual(9);
  const next = timetable.nextDueAt('web') as number;
  expect(next).toBeCloseTo(slotAfter(clock.now(), 1_000, phaseOf('web', 1_000)), 2);
});

describe('a revision that never ran', () => {
  test('runs at once, and not again before half an interval has passed', async () => {
    for (let index = 0; index < 20; index++) {
      const { clock, timetable, runs } = table();
      timetable.set(`web${index}`, 10_000, 'at-once');
      await clock.advance(15_000);
      expect((runs[0]?.startedAt ?? 0) - 1_800_000_000_000).toBeLessThan(2);
      expect((runs[1]?.startedAt ?? 0) - (runs[0]?.startedAt ?? 0)).toBeGreaterThanOrEqual(5_000);
    }
  });

  test('an edit during a check: runs again as soon as the check has ended', async () => {
    const { clock, timetable, of } = table(500);
    timetable.set('web', 10_000, 'at-once');
    await clock.advance(100);
    timetable.set('web', 20_000, 'at-once');
    expect(of('web')).toHaveLength(1);
    await clock.advance(405);
    expect(of('web')).toHaveLength(2);
  });

  test('2,000 at once: at most 1.5 times the steady rate, all within their interval', async () => {
    const { clock, timetable, runs } = table();
    const start = clock.now();
    for (let index = 0; index < 2_000; index++) timetable.set(`web${index}`, 10_000, 'at-once');
    await clock.advance(30_000);
    const steady = 200;
    const perSecond = new Map<number, number>();
    for (const { startedAt } of runs) {
      const second = Math.floor((startedAt - start) / 1_000);
      perSecond.set(second, (perSecond.get(second) ?? 0) + 1);
    }
    expect(Math.max(...perSecond.values())).toBeLessThanOrEqual(steady * 1.5);
    const first = new Map(runs.toReversed().map((run) => [run.name, run.startedAt]));
    expect(first.size).toBe(2_000);
    expect(Math.max(...first.values()) - start).toBeLessThanOrEqual(10_001);
  });

  test('1,000 of an hour: within a minute, evenly', async () => {
    const { clock, timetable, runs } = table();
    for (let index = 0; index < 1_000; index++) timetable.set(`web${index}`, 3_600_000, 'at-once');
    await clock.advance(30_000);
    const half = new Set(runs.map((run) => run.name)).size;
    expect(half).toBeGreaterThan(440);
    expect(half).toBeLessThan(660);
    await clock.advance(30_001);
    expect(new Set(runs.map((run) => run.name)).size).toBe(1_000);
  });

  test('twenty one after the other, and more later, run at once', async () => {
    const { clock, timetable, runs } = table();
    for (let index = 0; index < 40; index++) {
      timetable.set(`web${index}`, 3_600_000, 'at-once');
      await clock.advance(200);
    }
    expect(runs).toHaveLength(40);
  });
});

describe('an heir', () => {
  const first = async (intervalMs: number, lastAgoMs: number, exact: boolean): Promise<number[]> => {
    const waits: number[] = [];
    for (let index = 0; index < 15; index++) {
      const { clock, timetable, runs } = table();
      const start = clock.now();
      timetable.set(`web${index}`, intervalMs, { at: start - lastAgoMs, exact });
      await clock.advance(intervalMs * 2);
      waits.push((runs[0]?.startedAt ?? Number.NaN) - start);
    }
    return waits;
  };

  test('runs a missed slot at once', async () => {
    for (const wait of someOf(await first(3_600_000, 2 * 3_600_000, true))) expect(wait).toBeLessThan(2);
  });

  test('runs the missed slots of many moved monitors, each before half its next interval is over', async () => {
    const { clock, timetable, of } = table();
    await clock.advance(10_000);
    const now = clock.now();
    const ranIn = (name: string, lastSlot: number): void => timetable.set(name, 10_000, { at: lastSlot, exact: true });
    for (let index = 0; index < 500; index++)
      ranIn(`own${index}`, slotBefore(now, 10_000, phaseOf(`own${index}`, 10_000)));
    const missed = Array.from({ length: 250 }, (_, index) => `web${index}`)
      .map((name) => ({ name, slot: slotBefore(now, 10_000, phaseOf(name, 10_000)) }))
      .filter(({ slot }) => now - slot < 2_000);
    expect(missed.length).toBeGreaterThan(35);
    for (const { name, slot } of missed) ranIn(name, slot - 10_000);
    await clock.advance(25_000);
    for (const { name, slot } of missed) {
      const [first = 0, second = 0] = of(name).map(({ startedAt }) => startedAt);
      expect(first - slot).toBeLessThan(5_000);
      // It keeps the following slot.
      expect(Math.abs(second - slot - 10_000)).toBeLessThan(20);
    }
  });

  test('of a killed worker: no monitor is unchecked for longer than the take-over and an interval', async () => {
    const { clock, timetable, of, runs } = table();
    const phase = (name: string): number => phaseOf(name, 10_000);
    const own = Array.from({ length: 333 }, (_, index) => `own${index}`);
    for (const name of own)
      timetable.set(name, 10_000, { at: slotBefore(clock.now(), 10_000, phase(name)), exact: true });
    await clock.advance(60_000);
    const killedAt = clock.now();
    await clock.advance(7_000);
    runs.length = 0;
    // Half of its monitors, whose last checks nobody noted.
    const heir = Array.from({ length: 166 }, (_, index) => `web${index}`);
    for (const name of heir) timetable.set(name, 10_000, { at: killedAt - 30_000, exact: false });
    await clock.advance(30_000);
    const gaps = heir.map((name) => (of(name)[0]?.startedAt ?? Number.NaN) - slotBefore(killedAt, 10_000, phase(name)));
    expect(Math.max(...gaps)).toBeLessThan(17_100);
    // The others keep their slots.
    expect(of('own0')).toHaveLength(3);
  });

  test('never runs sooner than half an interval after the last check, and skips no interval', async () => {
    for (const wait of someOf(await first(60_000, 5_000, true))) {
      expect(wait).toBeGreaterThanOrEqual(25_000);
      expect(wait).toBeLessThanOrEqual(85_001);
    }
  });

  test('without a known last check: runs within an interval', async () => {
    for (const wait of someOf(await first(60_000, 86_400_000, false))) expect(wait).toBeLessThanOrEqual(60_001);
    for (const wait of someOf(await first(1_000, 86_400_000, false))) expect(wait).toBeLessThan(2);
  });

  test('a clock that was ahead does not silence it', async () => {
    for (const wait of someOf(await first(10_000, -3_600_000, true))) expect(wait).toBeLessThanOrEqual(15_001);
  });
});

describe('the beat', () => {
  const started = async (intervalMs: number, monitors: number): Promise<{ runs: DueRun[]; fired: number }> => {
    const { clock, timetable, runs } = table();
    const now = clock.now();
    for (let index = 0; index < monitors; index++) timetable.set(`web${index}`, intervalMs, { at: now, exact: true });
    await clock.advance(10_000);
    return { runs, fired: clock.fired };
  };

  test('checks of a second and more begin together, none before its slot, and at most a beat after it', async () => {
    const { runs, fired } = await started(2_000, 1_000);
    expect(runs.length).toBeGreaterThan(4_000);
    for (const { dueAt, startedAt } of runs) {
      expect(startedAt).toBeGreaterThanOrEqual(dueAt);
      expect(startedAt - dueAt).toBeLessThanOrEqual(BEAT_MS + 1.001);
    }
    expect(fired).toBeLessThanOrEqual(10_000 / BEAT_MS + 10);
  });

  test('checks of less than a second begin each at its slot', async () => {
    const { runs } = await started(999, 20);
    expect(runs.length).toBeGreaterThan(150);
    for (const { dueAt, startedAt } of runs) expect(startedAt - dueAt).toBeLessThanOrEqual(1.001);
  });

  test('a check that is due already does not wait for a beat', async () => {
    const { clock, timetable, runs } = table();
    await clock.advance(7);
    timetable.set('web', 60_000, 'at-once');
    await clock.advance(1);
    expect(runs).toHaveLength(1);
  });
});

test('every worker runs a monitor at the same instants', async () => {
  const [one, two] = [table(), table()];
  two.clock.stall(12_345);
  one.timetable.set('web', 10_000, { at: one.clock.now(), exact: true });
  two.timetable.set('web', 10_000, { at: two.clock.now(), exact: true });
  const apart = (two.timetable.nextDueAt('web') as number) - (one.timetable.nextDueAt('web') as number);
  expect(apart % 10_000).toBeCloseTo(0, 2);
});

test('monitors of one interval are spread over it', () => {
  const tenths = new Array<number>(10).fill(0);
  for (let index = 0; index < 10_000; index++) tenths[Math.floor(phaseOf(`host-${index}`, 10_000) / 1_000)]!++;
  expect(tenths).toHaveLength(10);
  for (const count of tenths) expect(Math.abs(count - 1_000)).toBeLessThan(150);
});

describe('out of turn', () => {
  test('a check out of turn does not change the slots', async () => {
    const { clock, timetable, of } = table();
    timetable.set('web', 10_000, { at: clock.now(), exact: true });
    const due = timetable.nextDueAt('web');
    expect(timetable.runNow('web')).toBe(true);
    await clock.advance(1);
    expect(of('web')).toHaveLength(1);
    expect(timetable.nextDueAt('web')).toBe(due);
  });

  test('is refused while the monitor runs', async () => {
    const { clock, timetable } = table(500);
    timetable.set('web', 10_000, 'at-once');
    await clock.advance(10);
    expect(timetable.isRunning('web')).toBe(true);
    expect(timetable.runNow('web')).toBe(false);
  });
});

test('a removed monitor runs no more; added again during its last check, it does not overlap it', async () => {
  let now = 0;
  let most = 0;
  const clock = new FakeClock();
  const timetable = new Timetable({
    clock,
    run: async () => {
      most = Math.max(most, ++now);
      await clock.sleep(500);
      now--;
    },
  });
  timetable.set('web', 1_000, 'at-once');
  await clock.advance(100);
  timetable.remove('web');
  expect(timetable.size).toBe(0);
  timetable.set('web', 1_000, 'at-once');
  await clock.advance(10_000);
  expect(most).toBe(1);
  timetable.remove('web');
  await clock.advance(600);
  expect(now).toBe(0);
  expect(timetable.runNow('web')).toBe(false);
});

test('a thousand that are due at once start in slices', async () => {
  const clock = new FakeClock();
  let started = 0;
  const timetable = new Timetable({
    clock,
    run: async () => {
      started++;
      clock.stall(1);
    },
  });
  for (let index = 0; index < 20; index++) timetable.set(`web${index}`, 60_000, 'at-once');
  await clock.advance(1);
  expect(started).toBeGreaterThanOrEqual(8);
  expect(started).toBeLessThan(20);
  await clock.advance(20);
  expect(started).toBe(20);
});

test('reports a check that throws or rejects, which none may; its monitor and the others stay on the timetable', async () => {
  const told: string[] = [];
  const before = reportDefectsTo((where, error) => told.push(`${where}: ${(error as Error).message}`));
  try {
    const clock = new FakeClock();
    const runs: string[] = [];
    const run = ({ name }: DueRun): Promise<void> => {
      runs.push(name);
      if (name === 'throws') throw new Error('at once');
      return name === 'rejects' ? Promise.reject(new Error('later')) : Promise.resolve();
    };
    const timetable = new Timetable({ clock, run });
    for (const name of ['throws', 'rejects', 'fine']) timetable.set(name, 1_000, 'at-once');
    await clock.advance(10_000);
    for (const name of ['throws', 'rejects', 'fine']) {
      expect(runs.filter((one) => one === name).length).toBeGreaterThanOrEqual(9);
    }
    expect(new Set(told)).toEqual(new Set(['the check of throws: at once', 'the check of rejects: later']));
  } finally {
    reportDefectsTo(before);
  }
});

describe('three times the checks that it can run', () => {
  test('each monitor gets its turn, whatever its interval, and skips as much as the others; then it recovers', async () => {
    const clock = new FakeClock();
    const runs = new Map<string, number>();
    const skipped = new Map<string, number>();
    let latest = 0;
    const timetable = new Timetable({
      clock,
      run: async ({ name, dueAt, startedAt }) => {
        runs.set(name, (runs.get(name) ?? 0) + 1);
        latest = Math.max(latest, startedAt - dueAt);
        // The process is busy with it, and does nothing else.
        clock.stall(10);
      },
      onOverruns: (name, count) => skipped.set(name, (skipped.get(name) ?? 0) + count),
    });
    const seconds = Array.from({ length: 300 }, (_, n) => `second-${n}`);
    for (const name of seconds) timetable.set(name, 1_000, 'at-once');
    for (const name of ['ten-0', 'ten-1']) timetable.set(name, 10_000, 'at-once');
    await clock.advance(30_000);
    runs.clear();
    skipped.clear();
    timetable.set('year', YEAR, 'at-once');
    await clock.advance(60_000);
    const counts = seconds.map((name) => runs.get(name) ?? 0);
    expect(Math.min(...counts)).toBeGreaterThanOrEqual(18);
    expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(2);
    const missed = seconds.map((name) => skipped.get(name) ?? 0);
    expect(Math.max(...missed) - Math.min(...missed)).toBeLessThanOrEqual(3);
    expect(runs.get('year')).toBe(1);
    // One check in ten seconds can wait its turn: no slot is skipped.
    expect([runs.get('ten-0'), runs.get('ten-1'), skipped.get('ten-0')]).toEqual([6, 6, undefined]);
    expect(latest).toBeLessThan(4_000);

    for (const name of seconds.slice(60)) timetable.remove(name);
    await clock.advance(5_000);
    latest = 0;
    skipped.clear();
    await clock.advance(10_000);
    expect(skipped.size).toBe(0);
    expect(latest).toBeLessThan(500);
  });

  test('everything else gets its turn in time, though a check costs most at its end', async () => {
    const clock = new FakeClock();
    const runs = new Map<string, number>();
    const timetable = new Timetable({
      clock,
      run: async ({ name }) => {
        runs.set(name, (runs.get(name) ?? 0) + 1);
        await clock.sleep(1);
        clock.stall(5);
      },
    });
    // As the renewal of a lease, which takes several turns.
    const turns: number[] = [];
    const turn = (): void => {
      const from = clock.now();
      clock.schedule(() => {
        turns.push(clock.now() - from);
        turn();
      }, 10);
    };
    turn();
    const names = Array.from({ length: 600 }, (_, n) => `second-${n}`);
    for (const name of names) timetable.set(name, 1_000, 'at-once');
    await clock.advance(20_000);
    runs.clear();
    turns.length = 0;
    await clock.advance(30_000);
    expect(Math.max(...turns)).toBeLessThan(250);
    const counts = names.map((name) => runs.get(name) ?? 0);
    // It runs as many as it can, and sheds fairly.
    expect(counts.reduce((sum, count) => sum + count)).toBeGreaterThan(5_400);
    expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(2);
  });
});
