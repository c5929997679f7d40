import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { someOf } from '@9volt/testing';
import { FaultBench, names, startSeverableProxy, waitFor } from './harness/index.js';

type Proxy = Awaited<ReturnType<typeof startSeverableProxy>>;

const SLOW_MS = 5_000;

describe('etcd that is slow rather than down', () => {
  let bench: FaultBench;
  let proxies: Proxy[];
  beforeEach(async () => {
    bench = await FaultBench.start();
    proxies = [];
    await bench.node('scheduler', 's1');
    for (const name of ['w1', 'w2']) {
      const proxy = bench.cluster.use(await startSeverableProxy(bench.cluster.etcd.clientPort));
      proxies.push(proxy);
      await bench.node('worker', name, { etcd: proxy.endpoint });
    }
    await bench.alert('pager');
    await bench.watch(names(24), { intervalMs: 1_000, alerters: ['pager'] });
    await bench.running();
  });
  afterEach(() => bench.stop());

  it('answers late by 5 s now and then, while targets fail and recover: each incident ends with a resolve', async () => {
    const monitors = names(24);
    // Answers later than a lease lasts separate each worker from etcd and from the other: each may notify once.
    const slowed = (work: () => Promise<void>): Promise<void> =>
      bench.fault('partition', 'w1', () => bench.fault('partition', 'w2', work));
    for (let round = 0; round < 5; round++) {
      await slowed(async () => {
        for (const proxy of proxies) proxy.slow(SLOW_MS);
        bench.targets.break(monitors.filter((_name, index) => index % 3 === round % 3));
        await sleep(3_000 + 700 * round);
        for (const proxy of proxies) proxy.slow(0);
        bench.targets.mend(monitors);
        await sleep(2_500);
      });
    }
    await slowed(() => sleep(SLOW_MS + 10_000));
    await waitFor(async () => (await Promise.all(bench.cluster.nodes.map((node) => node.isReady()))).every(Boolean), {
      timeoutMs: 60_000,
      what: 'all to be ready again',
    });
    await bench.outboxEmpty();
    await sleep(3_000);
    for (const name of someOf(monitors)) {
      const told = bench.alerters.told(name);
      expect([name, told.at(-1) ?? 'resolve']).toEqual([name, 'resolve']);
    }
    // Each side may send what it saw; neither sends it twice.
    const sent = bench.alerters.accepted().map(({ by, type, key, since }) => `${by} ${type} ${key} ${since}`);
    const twice = sent.filter((one, index) => sent.indexOf(one) !== index);
    if (twice.length > 0) console.error(bench.keep('etcd slow twice', twice));
    expect(twice).toEqual([]);
    // A hand-over that a slow etcd interrupts ends when etcd is quick again: after all rounds at the latest.
    const slowForMs = bench.faults.reduce((sum, { at, from, to }) => sum + (at === 'w1' ? to - from : 0), 0);
    const { figures } = await bench.conclude('etcd slow by 5 s', {}, { gapInFaultMs: slowForMs + bench.ttlMs });
    expect(figures.lost).toBe(0);
  });
});
