import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, it } from '@jest/globals';
import { FaultBench, names, startSeverableProxy, waitFor } from './harness/index.js';

const CHANGED = 100;

describe('a watch cut off twice in a row, 100 monitors changed, etcd compacted meanwhile', () => {
  let bench: FaultBench;
  beforeEach(async () => {
    bench = await FaultBench.start();
  });
  afterEach(() => bench.stop());

  it.each(['scheduler', 'worker'] as const)('of the %s: all changes are applied within 10 s', async (role) => {
    const proxy = bench.cluster.use(await startSeverableProxy(bench.cluster.etcd.clientPort));
    await bench.node('scheduler', 's1', role === 'scheduler' ? { etcd: proxy.endpoint } : {});
    await bench.node('worker', 'w1', role === 'worker' ? { etcd: proxy.endpoint } : {});
    const monitors = names(CHANGED);
    await bench.watch([...monitors, 'removed'], { intervalMs: 1_000 });
    await bench.running();

    // The earlier checks continue meanwhile, under the old name of their target.
    const { etcd, client, keys } = bench.cluster;
    const cutAt = Date.now();
    await bench.fault('partition', role, async () => {
      proxy.cut();
      for (const name of monitors) {
        await bench.cluster.put(keys.monitor(name), bench.settings(`${name}-changed`, { intervalMs: 1_000 }));
        bench.forget(name);
      }
      await bench.cluster.delete(keys.monitor('removed'));
      bench.forget('removed');
      await etcd.compact(await client.revision());
      await sleep(500);
      proxy.heal();
      await sleep(30);
      proxy.cutOnce();
    });
    const healedAt = Date.now();
    const isApplied = (): boolean => {
      const seen = new Set(bench.targets.probes.filter(({ at }) => at > cutAt).map(({ monitor }) => monitor));
      return monitors.every((name) => seen.has(`${name}-changed`));
    };
    await waitFor(isApplied, { timeoutMs: 10_000, what: 'all changes to be applied' });
    const failoverMs = Date.now() - healedAt;
    await waitFor(() => bench.audit.ownerOf('removed') === undefined, {
      timeoutMs: 10_000,
      what: 'the removed one to go',
    });
    await bench.conclude(`8 deaf watch of the ${role}`, { failoverMs });
  });
});
