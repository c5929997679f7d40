import { expect, it } from '@jest/globals';
import { runBulk } from './run-bulk.js';

const NAMES = Array.from({ length: 30 }, (_, n) => `m${n}`);

it('does all, a few at a time, and says which failed and why', async () => {
  let under = 0;
  let most = 0;
  const progress: number[] = [];
  const report = await runBulk(
    NAMES,
    async (name) => {
      most = Math.max(most, ++under);
      await new Promise((resolve) => setTimeout(resolve, 1));
      under--;
      if (name === 'm7') throw new Error('in use');
    },
    (done) => progress.push(done),
    new AbortController().signal,
  );
  expect(report).toEqual({ done: 29, failed: [{ name: 'm7', reason: 'in use' }] });
  expect(most).toBe(4);
  expect(progress.at(-1)).toBe(30);
});

it('stops on abort', async () => {
  const stopper = new AbortController();
  const report = await runBulk(
    NAMES,
    async () => stopper.abort(),
    () => undefined,
    stopper.signal,
  );
  expect(report.done).toBeLessThan(NAMES.length);
});
