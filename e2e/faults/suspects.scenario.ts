import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { NodeProcess } from '../harness/index.js';
import { FaultBench, names, waitFor } from './harness/index.js';

const TTL_MS = 6_000;
const INTERVAL_MS = 10_000;
/** The promise, on a machine that does nothing else; printed beside the measured time, and asserted with slack for a busy one. */
const PROMISED_MS = TTL_MS + 2_000 + 2 * INTERVAL_MS;

describe('a worker killed while a thousand monitors run for the first time', () => {
  let bench: FaultBench;
  beforeEach(async () => {
    bench = await FaultBench.start({ ttlMs: TTL_MS });
  });
  afterEach(() => bench.stop());

  it.each([
    ['of which many are slow', 0, false],
    ['of which 200 hang', 200, false],
    ['of which one ends its process', 0, true],
  ])('%s: the next owner checks them all in time', async (_what, hanging, poisonous) => {
    const options = { poisonousTypes: true };
    await bench.node('scheduler', 's1', options);
    const workers = await bench.nodes('worker', ['w1', 'w2', 'w3'], options);
    bench.targets.delayMs = () => 4_000;
    const all = names(1_000);
    bench.targets.break(all.slice(0, hanging), 'hang');
    await bench.watch(all, { intervalMs: INTERVAL_MS, settings: { timeout: '8s' } });
    if (poisonous) {
      const settings = bench.settings('poison', {
        intervalMs: INTERVAL_MS,
        settings: { type: 'aborting', timeout: '8s' },
      });
      await bench.cluster.put(bench.cluster.keys.monitor('poison'), settings);
    } else {
      await waitFor(() => bench.targets.probes.length > 300, { timeoutMs: 60_000, what: 'first runs' });
      await workers[0]?.signal('SIGKILL');
    }
    const lost = await waitFor(() => deadOf(workers), { timeoutMs: 60_000, what: 'a worker to be lost' });
    const since = Date.now();
    bench.targets.probes.length = 0;
    await bench.checked(all, 3 * PROMISED_MS);
    const tookMs = Date.now() - since;
    console.log(
      `${hanging} hang, ${poisonous ? 'one is poisonous' : 'none is poisonous'}: all checked after ${tookMs} ms (promised ${PROMISED_MS})`,
    );
    // They kill no other worker.
    await sleep(5_000);
    expect(workers.filter((worker) => worker.hasEnded)).toEqual([lost]);
  });
});

function deadOf(workers: readonly NodeProcess[]): NodeProcess | undefined {
  return workers.find((worker) => worker.hasEnded);
}
