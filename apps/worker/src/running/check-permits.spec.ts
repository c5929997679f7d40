import { describe, expect, test } from '@jest/globals';
import { CheckPermits, openFilesLimit, permitsFor, RESERVED_FILES } from './check-permits.js';

const never = new AbortController().signal;
const QUICK = 20;
const SLOW = 5_000;
/** Permits for four at once. */
const four = (): CheckPermits => new CheckPermits(RESERVED_FILES + 8);

/** Takes a permit, and says whether it got one. */
function taker(permits: CheckPermits, lastMs: number | undefined, signal = never) {
  const taken = { release: undefined as (() => void) | undefined };
  void permits.take(lastMs, signal).then((release) => (taken.release = release));
  return taken;
}
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('places for checks', () => {
  test('leave descriptors to everything else, and there is always at least one', () => {
    expect(permitsFor(200)).toBe(52);
    expect(permitsFor(64)).toBe(4);
    expect(permitsFor(Number.POSITIVE_INFINITY)).toBe(Number.POSITIVE_INFINITY);
    expect(openFilesLimit('/nowhere')).toBe(Number.POSITIVE_INFINITY);
  });

  test('are given in the order in which checks come', async () => {
    const permits = four();
    const all = Array.from({ length: 6 }, () => taker(permits, QUICK));
    await settled();
    expect(all.map(({ release }) => release !== undefined)).toEqual([true, true, true, true, false, false]);
    expect(permits.waiting).toBe(2);
    all[2]?.release?.();
    await settled();
    expect(all.map(({ release }) => release !== undefined)).toEqual([true, true, true, true, true, false]);
  });

  test('checks that end at once pass them on with turns of the event loop between, for a lease has to be renewed', async () => {
    const permits = four();
    let ended = 0;
    const many = Array.from({ length: 400 }, async () => {
      const release = await permits.take(QUICK, never);
      const until = performance.now() + 1;
      while (performance.now() < until);
      ended++;
      release();
    });
    let turns = 0;
    const all = Promise.all(many);
    while (ended < many.length) {
      await settled();
      turns++;
    }
    await all;
    // 400 ms of work, 8 ms and what is on its way in a turn.
    expect(turns).toBeGreaterThan(15);
    expect(permits.waiting).toBe(0);
  });

  test('slow checks leave half of them to those that are quick, or never ran', async () => {
    const permits = four();
    const slow = Array.from({ length: 4 }, () => taker(permits, SLOW));
    await settled();
    expect(slow.filter(({ release }) => release)).toHaveLength(2);
    const quick = [taker(permits, QUICK), taker(permits, undefined)];
    await settled();
    expect(quick.every(({ release }) => release)).toBe(true);
    quick[0]?.release?.();
    await settled();
    expect(slow.filter(({ release }) => release)).toHaveLength(2);
    slow[0]?.release?.();
    await settled();
    expect(slow.filter(({ release }) => release)).toHaveLength(3);
  });

  test('many that never ran, and may hang, leave every second permit to those that were quick, and the other way round', async () => {
    const permits = four();
    const running = Array.from({ length: 4 }, () => taker(permits, undefined));
    const first = Array.from({ length: 4 }, () => taker(permits, undefined));
    const quick = Array.from({ length: 3 }, () => taker(permits, QUICK));
    const begun = (all: typeof quick): number => all.filter(({ release }) => release).length;
    await settled();
    for (const { release } of running) release?.();
    await settled();
    expect([begun(quick), begun(first)]).toEqual([2, 2]);
    quick[0]?.release?.();
    first[0]?.release?.();
    await settled();
    expect([begun(quick), begun(first)]).toEqual([3, 3]);
    // If only such wait, they get all.
    quick[1]?.release?.();
    await settled();
    expect(begun(first)).toBe(4);
  });

  test('slow checks get their turn even while quick ones keep coming', async () => {
    const permits = four();
    const quick = Array.from({ length: 40 }, () => taker(permits, QUICK));
    const slow = taker(permits, SLOW);
    await settled();
    quick[0]?.release?.();
    await settled();
    expect(slow.release).toBeDefined();
  });

  test('a caller that gives up waits no more, and takes none', async () => {
    const permits = four();
    const all = Array.from({ length: 4 }, () => taker(permits, QUICK));
    const abort = new AbortController();
    const waiting = taker(permits, QUICK, abort.signal);
    await settled();
    abort.abort();
    await settled();
    expect(permits.waiting).toBe(0);
    waiting.release?.();
    const next = taker(permits, QUICK);
    all[0]?.release?.();
    await settled();
    expect(next.release).toBeDefined();
  });
});
