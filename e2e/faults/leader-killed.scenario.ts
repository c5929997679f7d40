import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { FaultBench, names, waitFor } from './harness/index.js';

/** The slack of the design over the time to live of a lease, and what a busy machine may add. */
const ALLOWED_MS = 2_000;
const SLACK_MS = 4_000;

describe('the leader killed', () => {
  let bench: FaultBench;
  beforeEach(async () => {
    bench = await FaultBench.start();
    await bench.nodes('scheduler', ['s1', 's2', 's3']);
    await bench.alert('pager');
  });
  afterEach(() => bench.stop());

  it('another leads within TTL + 2 s; checks never pause; new monitors are assigned', async () => {
    await bench.nodes('worker', ['w1', 'w2']);
    await bench.watch(names(60), { intervalMs: 1_000, alerters: ['pager'] });
    await bench.running();
    bench.targets.break(['m1']);
    await bench.told('m1', ['critical']);
    await bench.outboxEmpty();

    const leader = await bench.leader();
    const killedAt = Date.now();
    await bench.fault('crash', leader.node.name, () => leader.node.signal('SIGKILL'));
    await bench.watch(['late'], { intervalMs: 1_000 });
    bench.targets.break(['m2']);
    await bench.leader(leader);
    const failoverMs = Date.now() - killedAt;
    await bench.begun(['late']);
    bench.targets.mend(['m1', 'm2']);
    await bench.told('m1', ['critical', 'resolve']);
    await bench.told('m2', ['critical', 'resolve']);
    await sleep(2_000);
    // Workers do not need a leader: nothing excuses a gap.
    await bench.conclude('1 kill -9 leader', { failoverMs }, { gapInFaultMs: bench.promises.gapSlackMs });
    expect(failoverMs).toBeLessThan(bench.ttlMs + ALLOWED_MS + SLACK_MS);
  });

  it('and a worker 1 s later: a leader within 8 s, all checks within 16 s and an interval, nothing assigned twice', async () => {
    const intervalMs = 2_000;
    await bench.nodes('worker', ['w1', 'w2', 'w3']);
    await bench.watch(names(120), { intervalMs, alerters: ['pager'] });
    await bench.running();
    const leader = await bench.leader();
    const victim = await bench.ownerOf('m0');
    const owned = bench.ownedBy(victim);
    const [open = ''] = owned;
    bench.targets.break([open]);
    await bench.told(open, ['critical']);
    await bench.outboxEmpty();

    const killedAt = Date.now();
    await bench.fault('crash', leader.node.name, () => leader.node.signal('SIGKILL'));
    await sleep(1_000);
    await bench.fault('crash', victim.name, () => victim.signal('SIGKILL'));
    await bench.leader(leader);
    const electedMs = Date.now() - killedAt;
    await waitFor(() => bench.checkedElsewhere(owned, victim, killedAt), {
      timeoutMs: 60_000,
      what: 'all checks to run',
    });
    const failoverMs = Date.now() - killedAt;
    bench.targets.mend([open]);
    await bench.told(open, ['critical', 'resolve']);
    await sleep(2 * intervalMs);
    await bench.conclude(
      'kill -9 leader, then worker',
      { failoverMs, note: `elected after ${electedMs} ms` },
      {
        gapInFaultMs: 2 * (bench.ttlMs + ALLOWED_MS) + SLACK_MS,
      },
    );
    expect(electedMs).toBeLessThan(bench.ttlMs + ALLOWED_MS + SLACK_MS);
    expect(failoverMs).toBeLessThan(2 * (bench.ttlMs + ALLOWED_MS) + intervalMs + SLACK_MS);
  });
});
