import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  NodeNetwork,
  FaultBench,
  mayMakeNetworks,
  names,
  type NodeProcess,
  startSeverableProxy,
  waitFor,
} from './harness/index.js';

const given = mayMakeNetworks ? it : it.skip;
const INTERVAL_MS = 2_000;
const SLACK_MS = 5_000;

describe('a worker cut off from etcd, in a network namespace of its own', () => {
  let bench: FaultBench;
  let network: NodeNetwork;
  let cutOff: NodeProcess;
  let ours: string[];
  beforeEach(async () => {
    bench = await FaultBench.start();
    if (!mayMakeNetworks) return;
    network = bench.cluster.use(await NodeNetwork.create());
    const proxy = bench.cluster.use(await startSeverableProxy(bench.cluster.etcd.clientPort, network.etcdHost));
    await bench.node('scheduler', 's1');
    await bench.node('worker', 'w2');
    bench.knowAs(network.address, 'w1');
    cutOff = await bench.node('worker', 'w1', {
      network: 'own',
      within: network.within,
      etcd: proxy.endpoint,
      args: ['--listen', `${network.address}:0`, '--insecure'],
    });
    await bench.alert('pager', { host: network.host });
    await bench.watch(names(30), { intervalMs: INTERVAL_MS, alerters: ['pager'], host: network.host });
    await bench.running();
    ours = bench.ownedBy(cutOff);
    expect(ours.length).toBeGreaterThan(5);
  });
  afterEach(() => bench.stop());

  const isDetached = (): Promise<boolean> =>
    bench.metric(cutOff, 'ninevolt_detached').then(
      (value) => value === 1,
      () => false,
    );

  /** Cuts the network, waits until others own its monitors, runs an act, and reconnects it. Answers the duration of each step. */
  async function apart(
    doing: () => Promise<void>,
  ): Promise<{ detachedMs: number; failoverMs: number; backMs: number }> {
    const times = { detachedMs: 0, failoverMs: 0, backMs: 0 };
    const mendedAt = await bench.fault('partition', 'w1', async () => {
      const cutAt = Date.now();
      await network.disconnectEtcd();
      await waitFor(isDetached, { timeoutMs: 20_000, what: 'w1 to be detached' });
      times.detachedMs = Date.now() - cutAt;
      await waitFor(() => bench.checkedElsewhere(ours, cutOff, cutAt), { timeoutMs: 30_000, what: 'w2 to take over' });
      times.failoverMs = Date.now() - cutAt;
      await doing();
      await network.reconnectEtcd();
      return Date.now();
    });
    await waitFor(async () => !(await isDetached()) && (await cutOff.isReady()), {
      timeoutMs: 60_000,
      what: 'w1 to be back',
    });
    times.backMs = Date.now() - mendedAt;
    return times;
  }

  given('detached in time, others take over, one notification per side, back within 15 s', async () => {
    const [open = '', both = ''] = ours;
    bench.targets.break([open]);
    await bench.told(open, ['critical']);
    await bench.outboxEmpty();
    const { detachedMs, failoverMs, backMs } = await apart(async () => {
      bench.targets.break([both]);
      await waitFor(() => bench.alerters.told(both).length > 0, { timeoutMs: 20_000 });
      await sleep(5_000);
    });
    bench.targets.mend([open, both]);
    await bench.told(open, ['critical', 'resolve']);
    await waitFor(() => bench.alerters.told(both).at(-1) === 'resolve', { timeoutMs: 20_000 });
    await sleep(5_000);
    await bench.conclude('11 worker cut off', {
      failoverMs,
      note: `detached after ${detachedMs} ms, back after ${backMs} ms`,
    });
    // Both sides may notify, under one key: one repeat is all that a partition excuses.
    expect(bench.alerters.told(both).length).toBeLessThanOrEqual(3);
    expect(detachedMs).toBeLessThan((bench.ttlMs * 2) / 3 + SLACK_MS);
    expect(backMs).toBeLessThan(15_000 + SLACK_MS);
  });

  given('it alone sees a failure: it notifies, and once it is back exactly one resolve follows', async () => {
    const [name = ''] = ours;
    const { failoverMs } = await apart(async () => {
      bench.targets.breakFor('w1', name);
      await bench.told(name, ['critical']);
      expect(bench.alerters.accepted()[0]?.by).toBe('w1');
      await sleep(2 * INTERVAL_MS);
    });
    bench.targets.mendFor('w1', name);
    await bench.told(name, ['critical', 'resolve']);
    await sleep(10_000);
    expect(bench.alerters.told(name)).toEqual(['critical', 'resolve']);
    await bench.conclude('a failure that only the cut-off sees', { failoverMs });
  });

  given('the new owner alone sees a failure: one notification, and one resolve when it is over', async () => {
    const [name = ''] = ours;
    const { failoverMs } = await apart(async () => {
      bench.targets.breakFor('w2', name);
      await bench.told(name, ['critical']);
      expect(bench.alerters.accepted()[0]?.by).toBe('w2');
      await sleep(2 * INTERVAL_MS);
    });
    bench.targets.mendFor('w2', name);
    await bench.told(name, ['critical', 'resolve']);
    await sleep(5_000);
    expect(bench.alerters.told(name)).toEqual(['critical', 'resolve']);
    await bench.conclude('a failure that only its heir sees', { failoverMs });
  });
});
