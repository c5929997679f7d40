import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { FaultBench, names, waitFor } from './harness/index.js';

/**
 * The members of before count as alive for this long after the outage. A worker that comes back later than that finds that another
 * one has notified of the same: only its own file knew. On a busy machine a start takes many seconds.
 */
const TTL_MS = 20_000;

describe('all workers stopped in good order while etcd is down, and started again', () => {
  let bench: FaultBench;
  let dir: string;
  beforeEach(async () => {
    dir = mkdtempSync(join(tmpdir(), '9volt-spools-'));
    bench = await FaultBench.start({ ttlMs: TTL_MS });
  });
  afterEach(async () => {
    await bench.stop();
    rmSync(dir, { recursive: true, force: true });
  });

  it('each alarm that was sent from memory gets its resolve, once, and no notification is repeated', async () => {
    const args = ['--data-dir', dir];
    await bench.node('scheduler', 's1');
    const workers = await bench.nodes('worker', ['w1', 'w2'], { args });
    await bench.alert('pager');
    await bench.watch(names(12), { intervalMs: 1_000, alerters: ['pager'] });
    await bench.running();
    const [endsMeanwhile, endsAfter, goesOn, before] = [
      names(2),
      names(4).slice(2),
      names(6).slice(4),
      names(8).slice(6),
    ];
    bench.targets.break(before);
    for (const name of before) await bench.told(name, ['critical']);
    await bench.outboxEmpty();

    await bench.fault('outage', 'etcd', async () => {
      await bench.cluster.etcd.kill();
      bench.targets.break([...endsMeanwhile, ...endsAfter, ...goesOn]);
      for (const name of [...endsMeanwhile, ...endsAfter, ...goesOn]) await bench.told(name, ['critical']);
      bench.targets.mend([...endsMeanwhile, ...before]);
      for (const name of [...endsMeanwhile, ...before]) await bench.told(name, ['critical', 'resolve']);
      for (const worker of workers) await worker.signal('SIGTERM');
      await waitFor(() => workers.every(({ hasEnded }) => hasEnded), { timeoutMs: 40_000, what: 'the workers to end' });
      expect(readdirSync(dir).sort()).toEqual(['w1.spool.json', 'w2.spool.json']);
      bench.targets.mend(endsAfter);
      await bench.cluster.etcd.restart();
      await Promise.all(['w1', 'w2'].map((name) => bench.node('worker', name, { args })));
      for (const name of endsAfter) await bench.told(name, ['critical', 'resolve'], { timeoutMs: 60_000 });
    });
    await bench.outboxEmpty();
    await sleep(5_000);
    for (const name of goesOn) await bench.told(name, ['critical']);
    bench.targets.mend(goesOn);
    for (const name of names(8)) await bench.told(name, ['critical', 'resolve']);
    expect(readdirSync(dir)).toEqual([]);
    const { figures } = await bench.conclude('workers stopped while etcd is down', {}, { gapInFaultMs: 120_000 });
    expect(figures.repeated).toBe(0);
  });
});
