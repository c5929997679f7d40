import { afterEach, beforeEach, describe, it } from '@jest/globals';
import { FaultBench, names, waitFor } from './harness/index.js';

/** Short, so that this runs with every test; `worker-killed.scenario.ts` does the same with the defaults and 1,000 monitors. */
const TTL_MS = 2_000;

describe('a worker killed with incidents open', () => {
  let bench: FaultBench;
  beforeEach(async () => {
    bench = await FaultBench.start({ ttlMs: TTL_MS });
  });
  afterEach(() => bench.stop());

  it('no notification is lost or sent twice, no check runs twice, and incidents that end meanwhile are resolved once', async () => {
    await Promise.all([bench.node('scheduler', 's1'), bench.nodes('worker', ['w1', 'w2'])]);
    await Promise.all([bench.alert('pager'), bench.alert('chat')]);
    const monitors = names(30);
    await bench.watch(monitors, { intervalMs: 1_000, alerters: ['pager', 'chat'] });
    await bench.running();
    const victim = await bench.ownerOf('m0');
    const [open = '', repaired = '', breaking = ''] = bench.ownedBy(victim);
    bench.targets.break([open, repaired]);
    await bench.told(open, ['critical', 'critical']);
    await bench.told(repaired, ['critical', 'critical']);
    await bench.outboxEmpty();

    const killedAt = Date.now();
    await bench.fault('crash', victim.name, () => victim.signal('SIGKILL'));
    bench.targets.mend([repaired]);
    bench.targets.break([breaking]);
    const taken = bench.ownedBy(victim);
    await waitFor(() => bench.checkedElsewhere(taken, victim, killedAt), {
      timeoutMs: 30_000,
      what: 'its checks to run elsewhere',
    });
    const failoverMs = Date.now() - killedAt;
    await bench.told(repaired, ['critical', 'critical', 'resolve', 'resolve']);
    await bench.told(breaking, ['critical', 'critical']);
    bench.targets.mend([open, breaking]);
    await bench.told(open, ['critical', 'critical', 'resolve', 'resolve']);
    await bench.told(breaking, ['critical', 'critical', 'resolve', 'resolve']);
    await bench.conclude('2 kill -9 worker (quick)', { failoverMs });
  });
});
