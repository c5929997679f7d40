import type { Cluster } from './cluster.js';
import { NodeProcess } from './node-process.js';

/**
 * Starts a scheduler, a worker and an API at once on an empty etcd, this many times. Answers the milliseconds of each time until
 * all were ready; throws if one of them ended.
 */
export async function coldStarts(cluster: Cluster, times: number): Promise<number[]> {
  const durations: number[] = [];
  for (let n = 0; n < times; n++) {
    const startedAt = performance.now();
    const options = { etcd: cluster.etcd.endpoint, prefix: `start-${n}` };
    const nodes = await Promise.all(
      (['scheduler', 'worker', 'api'] as const).map((role) => NodeProcess.start(role, options)),
    );
    try {
      await Promise.all(nodes.map((node) => node.ready(30_000)));
      durations.push(performance.now() - startedAt);
      const ended = nodes.find((node) => node.hasEnded);
      if (ended) throw new Error(`${ended.name} ended with ${ended.exitCode}`);
    } finally {
      await Promise.all(nodes.map((node) => node.signal('SIGKILL')));
    }
  }
  return durations;
}
