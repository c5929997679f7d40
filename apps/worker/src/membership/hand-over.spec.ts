import { describe, expect, test } from '@jest/globals';
import { AppLogger } from '@9volt/platform';
import type { OwnedMonitor } from '../owned/owned-monitor.js';
import { HandOver } from './hand-over.js';

const retiring = (name: string, intervalMs = 10_000): OwnedMonitor =>
  ({ name, intervalMs, gone: false, isChecked: true, assignment: { phase: 'retire', to: 'w2' } }) as OwnedMonitor;
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** A worker whose transactions end on demand. */
function worker(all: OwnedMonitor[], dueInMs: (name: string) => number) {
  const left = new Map(all.map((monitor) => [monitor.name, monitor]));
  const waiting: (() => void)[] = [];
  const unscheduled = new Set<string>();
  let ran: (monitor: OwnedMonitor) => void = () => undefined;
  const parts = [
    {
      get: (name: string) => left.get(name),
      remove: ({ name }: OwnedMonitor) => left.delete(name),
    },
    {
      onRunEnded: (listener: typeof ran) => (ran = listener),
      isRunning: () => false,
      isDueWithin: ({ name }: OwnedMonitor, ms: number) => dueInMs(name) <= ms,
      unschedule: ({ name }: OwnedMonitor) => unscheduled.add(name),
    },
    { flush: () => Promise.resolve(true) },
    { onIdle: () => undefined, hold: () => true, release: () => undefined },
    { isLoaded: () => true, run: () => Promise.resolve() },
    { possible: true, give: () => new Promise<boolean>((resolve) => waiting.push(() => resolve(true))) },
    AppLogger.silent(),
  ] as unknown as ConstructorParameters<typeof HandOver>;
  const handOver = new HandOver(...parts);
  const accept = async (): Promise<void> => {
    for (const resolve of waiting.splice(0)) resolve();
    await settled();
  };
  return { handOver, left, unscheduled, accept, ran: (monitor: OwnedMonitor) => ran(monitor) };
}

describe('many monitors to hand over at once', () => {
  test('stay on the timetable until it is their turn, and all get it', async () => {
    const all = Array.from({ length: 1_000 }, (_, n) => retiring(`m${n}`));
    const { handOver, left, unscheduled, accept } = worker(all, () => 9_000);
    await Promise.all(all.map((monitor) => handOver.runUntilHandedOver(monitor)));
    expect(unscheduled.size).toBeLessThan(300);
    for (let n = 0; n < 10; n++) await accept();
    expect([left.size, unscheduled.size]).toEqual([0, 1_000]);
  });
});

test('what kept a monitor here may end unnoticed: all that retire are considered again, and no others', async () => {
  let dueInMs = 1_000;
  const web = retiring('web');
  const stays = retiring('stays');
  const { handOver, left, unscheduled, accept } = worker([web, stays], () => dueInMs);
  await handOver.runUntilHandedOver(web);
  await handOver.runUntilHandedOver(stays);
  dueInMs = 9_000;
  stays.assignment.phase = 'run';
  handOver.considerAll();
  await settled();
  await accept();
  expect([[...left.keys()], [...unscheduled]]).toEqual([['stays'], ['web']]);
});

describe('a monitor that is due soon', () => {
  test.each([
    [10_000, 1_500],
    [1_000, 400],
  ])(
    'with an interval of %s ms and %s ms left: runs here once more, and leaves after that',
    async (intervalMs, leftMs) => {
      const web = retiring('web', intervalMs);
      const { handOver, left, unscheduled, accept, ran } = worker([web], () => leftMs);
      await handOver.runUntilHandedOver(web);
      handOver.considerAll();
      expect(unscheduled.size).toBe(0);
      // However long the check took: there is no better moment.
      ran(web);
      await settled();
      await accept();
      expect([left.size, unscheduled.size]).toEqual([0, 1]);
    },
  );
});
