import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, test } from '@jest/globals';
import { someOf, waitFor } from '@9volt/testing';
import { ReconcileLoop, type ReconcileLoopOptions } from './reconcile-loop.js';

let loop: ReconcileLoop;
afterEach(() => loop.stop());

/** A loop whose runs the test releases one by one. */
function gated(options: ReconcileLoopOptions = {}): { runs: (() => void)[]; most: () => number } {
  const runs: (() => void)[] = [];
  let running = 0;
  let most = 0;
  loop = new ReconcileLoop(async () => {
    most = Math.max(most, ++running);
    await new Promise<void>((resolve) => runs.push(resolve));
    running--;
  }, options);
  return { runs, most: () => most };
}

test('any number of triggers before and during a run lead to one further run, never two at once', async () => {
  const { runs, most } = gated();
  for (let n = 0; n < 10; n++) loop.trigger();
  await waitFor(() => runs.length === 1);
  for (let n = 0; n < 10; n++) loop.trigger();
  await sleep(30);
  expect(runs).toHaveLength(1);
  runs[0]?.();
  await waitFor(() => runs.length === 2);
  runs[1]?.();
  await sleep(30);
  expect(runs).toHaveLength(2);
  expect(most()).toBe(1);
});

test('a trigger waits for others, within its window', async () => {
  let runs = 0;
  loop = new ReconcileLoop(async () => void runs++, { windowMs: 50 });
  for (let n = 0; n < 4; n++) {
    loop.trigger();
    await sleep(5);
  }
  expect(runs).toBe(0);
  await waitFor(() => runs === 1);
  await sleep(80);
  expect(runs).toBe(1);
});

test('tries again after a failure, later each time, and reports each', async () => {
  const at: number[] = [];
  const errors: unknown[] = [];
  loop = new ReconcileLoop(
    async () => {
      at.push(performance.now());
      if (at.length < 5) throw new Error(`failure ${at.length}`);
    },
    {
      retryMs: 20,
      onError: (error) => {
        errors.push((error as Error).message);
        throw new Error('of whoever is told');
      },
    },
  );
  loop.trigger();
  await waitFor(() => at.length === 5);
  await sleep(50);
  expect(at).toHaveLength(5);
  expect(errors).toEqual([1, 2, 3, 4].map((n) => `failure ${n}`));
  const gaps = at.slice(1).map((instant, n) => instant - (at[n] as number));
  for (const [n, gap] of someOf(gaps).entries()) expect(gap).toBeGreaterThanOrEqual(20 * 2 ** n - 2);
});

test('runs by itself if configured so', async () => {
  let runs = 0;
  loop = new ReconcileLoop(async () => void runs++, { everyMs: 10 });
  loop.trigger();
  await waitFor(() => runs >= 3);
});

test('stop waits for the present run, and nothing runs afterwards', async () => {
  const { runs } = gated({ everyMs: 1 });
  loop.trigger();
  await waitFor(() => runs.length === 1);
  loop.trigger();
  let stopped = false;
  const stopping = loop.stop().then(() => (stopped = true));
  await sleep(20);
  expect(stopped).toBe(false);
  runs[0]?.();
  await stopping;
  loop.trigger();
  await sleep(30);
  expect(runs).toHaveLength(1);
});
