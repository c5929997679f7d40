import { readFileSync } from 'node:fs';
import type { Role } from '@9volt/contracts';
import type { Op } from '@9volt/etcd-dal';
import { startHttpTarget } from '@9volt/monitors/testing';
import { describe, it } from '@jest/globals';
import { Cluster, type NodeProcess, waitFor } from '../harness/index.js';

const BATCH = 100;
/** Long enough for every monitor to have run twice, and for the garbage of the start to be collected. */
const SETTLE_MS = 60_000;
/** As in the image and the systemd units. */
const AS_DEPLOYED = { NODE_OPTIONS: '--max-semi-space-size=4' };

/** The figures of docs/deploy/README.md about memory: `npm run task -w @9volt/e2e -- sizing`. */
describe('memory, with http checks every 30 s', () => {
  it.each<[Role, number]>([
    ['worker', 1_000],
    ['worker', 3_000],
    ['worker', 10_000],
    ['server', 3_000],
  ])('a %s with %i monitors', async (role, monitors) => {
    const cluster = await Cluster.start();
    const start = (role: Role): Promise<NodeProcess> => cluster.node(role, { env: AS_DEPLOYED });
    const target = cluster.use(await startHttpTarget());
    try {
      const others = role === 'server' ? [] : [await start('scheduler'), await start('api')];
      const node = await start(role);
      const value = JSON.stringify({ type: 'http', host: target.host, port: target.port, interval: '30s' });
      for (let from = 0; from < monitors; from += BATCH) {
        const puts = Array.from({ length: BATCH }, (_, n): Op => ({
          put: cluster.keys.monitor(`m${from + n}`),
          value,
        }));
        await cluster.client.txn({ compare: [], then: puts });
      }
      const states = (): Promise<number> =>
        cluster.client.list(cluster.keys.states, { keysOnly: true }).then(({ entries }) => entries.length);
      await waitFor(async () => (await states()) === monitors, { timeoutMs: 180_000, what: 'a state of each' });
      await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
      const sizes = [node, ...others].map((one) => `${one.role} ${residentOf(one.pid)} MB`);
      console.log(`${monitors} monitors: ${sizes.join(', ')}, etcd ${residentOf(cluster.etcd.pid)} MB`);
    } finally {
      await cluster.stop();
    }
  });
});

function residentOf(pid: number): number {
  const [, kb = '0'] = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Math.round(Number(kb) / 1_000);
}
