import { reportDefectsTo } from '@9volt/contracts';
import { expect, test } from '@jest/globals';
import { SystemClock } from './clock.js';
import { Standstills } from './standstills.js';

test('reports what a callback of the clock, or the check for standstills, throws, and continues', async () => {
  const told: string[] = [];
  const failing = (): never => {
    throw new Error('a defect');
  };
  let isFailing = false;
  const standstills = new Standstills(
    () => (isFailing ? failing() : performance.now()),
    () => 0,
  );
  const seen = new Promise<void>((resolve) => {
    const before = reportDefectsTo((where) => {
      told.push(where);
      if (new Set(told).size < 2) return;
      reportDefectsTo(before);
      resolve();
    });
  });
  new SystemClock().schedule(failing, 1);
  standstills.onApplicationBootstrap();
  isFailing = true;
  await seen;
  standstills.onApplicationShutdown();
  expect(new Set(told)).toEqual(new Set(['a timer of the clock', 'the look for standstills']));
});
