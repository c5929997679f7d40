import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, it } from '@jest/globals';
import { FaultBench, names, waitFor } from './harness/index.js';

describe('a worker suspended in the middle of a check and of an alarm, and resumed after it was replaced', () => {
  let bench: FaultBench;
  beforeEach(async () => {
    bench = await FaultBench.start();
  });
  afterEach(() => bench.stop());

  it('etcd accepts none of its later writes; no notification is sent twice', async () => {
    const intervalMs = 4_000;
    await bench.node('scheduler', 's1');
    await bench.nodes('worker', ['w1', 'w2']);
    await Promise.all([bench.alert('pager'), bench.alert('chat')]);
    await bench.watch(names(40), { intervalMs, alerters: ['pager', 'chat'] });
    await bench.running();
    const paused = await bench.ownerOf('m0');
    const owned = bench.ownedBy(paused);
    const [slow = '', owing = '', open = ''] = owned;
    bench.targets.break([open]);
    await bench.told(open, ['critical', 'critical']);
    await bench.outboxEmpty();

    // An alarm that its provider never answers, and a check that its target does not answer yet.
    bench.alerters.behave('pager', { kind: 'hang' });
    bench.targets.break([owing]);
    await waitFor(() => bench.alerters.deliveries.some((one) => one.monitor === owing && one.alerter === 'pager'), {
      timeoutMs: 20_000,
    });
    await bench.told(owing, ['critical'], { alerter: 'chat' });
    bench.targets.break([slow], 'hang');
    await waitFor(() => bench.targets.probes.some(({ monitor, answer }) => monitor === slow && answer === 'hang'));

    const failoverMs = await bench.fault('pause', paused.name, async () => {
      const stoppedAt = Date.now();
      await paused.signal('SIGSTOP');
      bench.alerters.behave('pager', { kind: 'accept' });
      await waitFor(() => bench.checkedElsewhere(owned, paused, stoppedAt), {
        timeoutMs: 40_000,
        what: 'all to run elsewhere',
      });
      const failover = Date.now() - stoppedAt;
      await bench.told(owing, ['critical'], { alerter: 'pager' });
      // The new owner finds it healthy; the suspended worker gets the answer that it is not.
      bench.targets.releaseAs(slow, 'fail');
      bench.targets.mend([slow]);
      await paused.signal('SIGCONT');
      await sleep(3_000);
      return failover;
    });
    bench.targets.mend([open, owing]);
    for (const name of [open, owing]) await bench.told(name, ['critical', 'resolve'], { alerter: 'pager' });
    await sleep(2 * intervalMs);
    // The audit checks that only its owner wrote a state.
    await bench.conclude('10 SIGSTOP worker', { failoverMs });
  });
});
