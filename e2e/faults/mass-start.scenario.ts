import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { FaultBench, names, waitFor } from './harness/index.js';

const OFTEN_MS = 60_000;
const SELDOM_MS = 3_600_000;
const WINDOW_MS = 5_000;

describe('10,000 monitors, and workers that start all at once', () => {
  let bench: FaultBench;
  beforeEach(async () => {
    bench = await FaultBench.start();
  });
  afterEach(() => bench.stop());

  it('checks start at no more than 1.5 times the steady rate, those of an hour within a minute', async () => {
    const [often, seldom] = [names(8_000, 'often'), names(2_000, 'seldom')];
    await bench.watch(often, { intervalMs: OFTEN_MS });
    await bench.watch(seldom, { intervalMs: SELDOM_MS });
    await bench.node('scheduler', 's1');
    const startedAt = Date.now();
    await bench.nodes('worker', ['w1', 'w2']);
    await waitFor(() => bench.targets.probes.length > 0, { timeoutMs: 60_000 });
    const { at: firstAt } = bench.targets.probes[0] as { at: number };
    await bench.checked([...often, ...seldom], 180_000);
    const tookMs = Date.now() - firstAt;
    await sleep(15_000);
    const rates = ratesOf(bench.targets.probes.map(({ at }) => at - firstAt));
    const peak = Math.max(...rates);
    // The normal rate during the first minute: monitors with an interval of a minute, and the first checks of those of an hour,
    // which are spread over it.
    const steady = (often.length + seldom.length) / (OFTEN_MS / 1_000);
    bench.faults.push({ kind: 'crash', at: 'all', from: 0, to: Date.now() });
    for (const name of [...often, ...seldom]) bench.forget(name);
    await bench.conclude(
      '13 cold start, 10,000 monitors',
      {
        failoverMs: firstAt - startedAt,
        note: `peak ${Math.round(peak)}/s, steady ${Math.round(steady)}/s, all within ${Math.round(tookMs / 1_000)} s`,
      },
      { gapInFaultMs: OFTEN_MS + WINDOW_MS },
    );
    expect(peak / steady).toBeLessThan(2);
    expect(tookMs).toBeLessThan(OFTEN_MS + 15_000);
  });
});

/** Checks a second, in windows that follow one another. */
function ratesOf(times: readonly number[]): number[] {
  const counts: number[] = [];
  for (const at of times) {
    const window = Math.floor(at / WINDOW_MS);
    counts[window] = (counts[window] ?? 0) + 1;
  }
  return Array.from(counts, (count = 0) => (count * 1_000) / WINDOW_MS);
}
