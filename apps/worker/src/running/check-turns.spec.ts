import { expect, test } from '@jest/globals';
import { Programs, Stop } from '@9volt/process';
import type { OwnedMonitor } from '../owned/owned-monitor.js';
import { CheckPermits } from './check-permits.js';
import { CheckTurns } from './check-turns.js';

const monitor = (type: string, intervalMs = 1_000): OwnedMonitor =>
  ({ name: type, intervalMs, settings: { type, timeout: '1ms' } }) as unknown as OwnedMonitor;
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

function turns(programs: number, files = 1_000) {
  const begun: { delayMs: number; placeMs: number; intervalMs: number }[] = [];
  let waiting = 0;
  const given = [
    new CheckPermits(files),
    new Programs('any', programs),
    { of: () => undefined },
    { waited: () => undefined },
    {
      waits: () => waiting++,
      waited: () => waiting--,
      began: (delayMs: number, placeMs: number, intervalMs: number) => begun.push({ delayMs, placeMs, intervalMs }),
    },
    { begun: () => undefined },
  ] as unknown as ConstructorParameters<typeof CheckTurns>;
  return { turns: new CheckTurns(...given), begun, waiting: () => waiting };
}

test('checks with a program begin in the order in which they were due, however short their timeouts are', async () => {
  const { turns: all, begun, waiting } = turns(1);
  const order: number[] = [];
  const ends: (() => void)[] = [];
  for (let n = 0; n < 4; n++) {
    void all.take(monitor('exec'), 0, new Stop()).then((end) => {
      order.push(n);
      ends.push(end);
    });
  }
  // Longer than any of them may take.
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect([order, waiting()]).toEqual([[0], 3]);
  for (let n = 0; n < 4; n++) {
    ends[n]?.();
    await settled();
  }
  expect([order, waiting()]).toEqual([[0, 1, 2, 3], 0]);
  expect(begun).toHaveLength(4);
  const [first, second] = begun;
  expect(first?.delayMs).toBeLessThan(second?.delayMs ?? 0);
  expect(second?.placeMs).toBeGreaterThan(0);
});

test('others wait for no program, and none takes a permit while it waits for its place', async () => {
  const { turns: all } = turns(1, 0);
  const waiting = Array.from({ length: 20 }, () => all.take(monitor('exec'), 0, new Stop()));
  (await all.take(monitor('http'), 5, new Stop()))();
  for (const turn of waiting) (await turn)();
});

test('a repetition is no further check that is late, and an aborted one none at all', async () => {
  const { turns: all, begun, waiting } = turns(1);
  const hold = await all.take(monitor('exec'), 7, new Stop());
  const stop = new Stop();
  const aborted = all.take(monitor('exec'), 0, stop);
  stop.abort();
  (await aborted)();
  (await all.take(monitor('http'), undefined, new Stop()))();
  hold();
  expect(begun).toEqual([{ delayMs: expect.any(Number), placeMs: expect.any(Number), intervalMs: 1_000 }]);
  expect(waiting()).toBe(0);
});
