import { it } from '@jest/globals';
import { Cluster, runIntervals } from './harness/index.js';

/** Short, so that this runs with every test; `faults/intervals.scenario.ts` runs for a minute. */
const FOR_MS = 15_000;

it('intervals of 1 ms, 1 s and 1 year side by side: each runs as often as due, without overlap, without drift', async () => {
  const cluster = await Cluster.start();
  try {
    await runIntervals(cluster, FOR_MS);
  } finally {
    await cluster.stop();
  }
});
