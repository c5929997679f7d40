import { it } from '@jest/globals';
import { Cluster, runIntervals } from '../harness/index.js';

it('intervals of 1 ms, 1 s and 1 year side by side, for a minute: each runs as often as due, without overlap, without drift', async () => {
  const cluster = await Cluster.start();
  try {
    await runIntervals(cluster, 60_000);
  } finally {
    await cluster.stop();
  }
});
