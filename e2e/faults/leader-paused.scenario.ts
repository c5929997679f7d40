import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { FaultBench, names, startSeverableProxy, waitFor } from './harness/index.js';

const PAUSE_MS = 20_000;

describe('the leader suspended for more than three TTL with assignments on their way', () => {
  let bench: FaultBench;
  beforeEach(async () => {
    bench = await FaultBench.start();
  });
  afterEach(() => bench.stop());

  it('etcd accepts none of its writes after it was replaced, and counts the refused ones', async () => {
    const proxy = bench.cluster.use(await startSeverableProxy(bench.cluster.etcd.clientPort));
    const paused = await bench.node('scheduler', 's1', { etcd: proxy.endpoint });
    const leader = await bench.leader();
    await bench.nodes('scheduler', ['s2', 's3']);
    await bench.node('worker', 'w1');
    await bench.watch(names(40), { intervalMs: 1_000 });
    await bench.running();
    const written = await bench.metric(paused, 'ninevolt_assignments_written_total');

    // Answers to it still arrive; its writes are delayed as long as it is suspended.
    proxy.hold();
    const late = names(300, 'late');
    await bench.watch(late, { intervalMs: 2_000 });
    await sleep(1_000);
    const failoverMs = await bench.fault('pause', paused.name, async () => {
      const stoppedAt = Date.now();
      await paused.signal('SIGSTOP');
      // The next leader has other workers to choose from, so a late write would show.
      await bench.node('worker', 'w2');
      await bench.leader(leader);
      const elected = Date.now() - stoppedAt;
      await waitFor(() => late.every((name) => bench.audit.ownerOf(name) !== undefined), { timeoutMs: 30_000 });
      await sleep(PAUSE_MS - (Date.now() - stoppedAt));
      proxy.heal();
      await paused.signal('SIGCONT');
      return elected;
    });
    await bench.begun(late);
    await waitFor(async () => (await bench.metric(paused, 'ninevolt_fencing_rejections_total')) > 0, {
      timeoutMs: 20_000,
      what: 'the refused writes to be counted',
    });
    const refused = await bench.metric(paused, 'ninevolt_fencing_rejections_total');
    await sleep(3_000);
    expect(await bench.metric(paused, 'ninevolt_assignments_written_total')).toBe(written);
    expect((await bench.director())?.epoch).not.toBe(leader.epoch);
    await bench.conclude('9 SIGSTOP leader for 20 s', { failoverMs, note: `${refused} refused, 0 accepted` });
  });
});
