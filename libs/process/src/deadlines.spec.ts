import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { deadline } from './deadlines.js';

test.each([5, 40, 1_000, 1_013, 1_250])('a limit of %d ms fires once, and not before', async (ms) => {
  const since = performance.now();
  let times = 0;
  const took = await new Promise<number>((resolve) => {
    deadline(ms, () => {
      times++;
      resolve(performance.now() - since);
    });
  });
  // The system's timers may fire a fraction of a millisecond early.
  expect(took).toBeGreaterThan(ms - 1);
  await sleep(30);
  expect(times).toBe(1);
});

test('a cancelled limit does not fire, and the others of its group do', async () => {
  const passed: number[] = [];
  const cancels = Array.from({ length: 10 }, (_, n) => deadline(1_000, () => passed.push(n)));
  deadline(1_060, () => passed.push(10));
  for (const n of [0, 3, 9]) cancels[n]?.();
  cancels[3]?.();
  await sleep(1_150);
  expect(passed).toEqual([1, 2, 4, 5, 6, 7, 8, 10]);
});

test('a limit that another one of its group cancels does not fire', async () => {
  const passed: string[] = [];
  let cancel = (): void => undefined;
  deadline(1_000, () => {
    passed.push('first');
    cancel();
  });
  cancel = deadline(1_000, () => passed.push('second'));
  await sleep(1_100);
  expect(passed).toEqual(['first']);
});

test('a later limit does not delay an earlier one', async () => {
  const passed: string[] = [];
  const later = deadline(60_000, () => passed.push('later'));
  deadline(1_000, () => passed.push('sooner'));
  await sleep(1_100);
  later();
  expect(passed).toEqual(['sooner']);
});

test('Infinity never fires, and a limit that is too long for a timer does not fire at once', async () => {
  const passed: string[] = [];
  deadline(Infinity, () => passed.push('infinity'));
  const cancel = deadline(60 * 86_400_000, () => passed.push('sixty days'));
  await sleep(30);
  cancel();
  expect(passed).toEqual([]);
});
