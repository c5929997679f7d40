import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { FaultBench, names, waitFor } from './harness/index.js';

/** What a busy machine may add to the 2 s of a hand-over. */
const SLACK_MS = 3_000;

describe('SIGTERM', () => {
  let bench: FaultBench;
  beforeEach(async () => {
    bench = await FaultBench.start();
    await bench.alert('pager');
  });
  afterEach(() => bench.stop());

  it('of the leader: another leads within 2 s; checks are not affected', async () => {
    await bench.nodes('scheduler', ['s1', 's2']);
    await bench.nodes('worker', ['w1', 'w2']);
    await bench.watch(names(60), { intervalMs: 1_000, alerters: ['pager'] });
    await bench.running();
    const leader = await bench.leader();
    const stoppedAt = Date.now();
    const stopped = bench.fault('graceful', leader.node.name, () => leader.node.signal('SIGTERM'));
    bench.targets.break(['m3']);
    await bench.leader(leader);
    const failoverMs = Date.now() - stoppedAt;
    await stopped;
    expect(leader.node.exitCode).toBe(0);
    await bench.told('m3', ['critical']);
    bench.targets.mend(['m3']);
    await bench.told('m3', ['critical', 'resolve']);
    await sleep(2_000);
    await bench.conclude('4 SIGTERM leader', { failoverMs }, { gapInFaultMs: bench.promises.gapSlackMs });
    expect(failoverMs).toBeLessThan(2_000 + SLACK_MS);
  });

  it('of a worker with a check and an alarm in progress: both end, all is handed over within 2 s, nothing runs or is sent twice', async () => {
    const intervalMs = 4_000;
    await bench.node('scheduler', 's1');
    const workers = await bench.nodes('worker', ['w1', 'w2']);
    await bench.watch(names(60), { intervalMs, alerters: ['pager'] });
    await bench.running();
    const leaving = await bench.ownerOf('m0');
    expect(workers).toContain(leaving);
    const owned = bench.ownedBy(leaving);
    const [slow = '', open = '', owing = ''] = owned;
    bench.targets.break([open]);
    await bench.told(open, ['critical']);
    bench.alerters.behave('pager', { kind: 'fail' });
    bench.targets.break([owing]);
    await waitFor(() => bench.alerters.deliveries.some(({ monitor }) => monitor === owing), { timeoutMs: 20_000 });
    bench.targets.break([slow], 'hang');
    await waitFor(() => bench.targets.probes.some(({ monitor, answer }) => monitor === slow && answer === 'hang'));

    const stoppedAt = Date.now();
    const stopped = bench.fault('graceful', leaving.name, () => leaving.signal('SIGTERM'));
    await sleep(500);
    bench.alerters.behave('pager', { kind: 'accept' });
    bench.targets.mend([slow]);
    await stopped;
    const stopMs = Date.now() - stoppedAt;
    expect(leaving.exitCode).toBe(0);
    await waitFor(() => owned.every((name) => !bench.audit.ownerOf(name)?.startsWith(`${leaving.name}-`)), {
      timeoutMs: 30_000,
      what: 'all to have another owner',
    });
    const failoverMs = Date.now() - stoppedAt;
    await waitFor(() => bench.checkedElsewhere(owned, leaving, stoppedAt), { timeoutMs: 30_000 });
    await bench.told(owing, ['critical']);
    bench.targets.mend([open, owing]);
    await bench.told(open, ['critical', 'resolve']);
    await bench.told(owing, ['critical', 'resolve']);
    await sleep(2 * intervalMs);
    // The time between its last check and the first of the other: no more than a hand-over.
    const { figures } = await bench.conclude(
      '4 SIGTERM worker',
      { failoverMs, note: `exit after ${stopMs} ms` },
      { gapInFaultMs: 2_000 + SLACK_MS },
    );
    expect(figures.repeated).toBe(0);
    expect(figures.doubles).toBe(0);
    expect(stopMs).toBeLessThan(30_000);
    expect(failoverMs).toBeLessThan(2_000 + SLACK_MS);
  });
});
