import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { FaultBench, names, waitFor } from './harness/index.js';

describe('a worker with standstills', () => {
  let bench: FaultBench;
  beforeEach(async () => {
    bench = await FaultBench.start();
  });
  afterEach(() => bench.stop());

  it('does not blame targets that answer after 50 to 300 ms, with a timeout of 1 s; it reports a real failure', async () => {
    const intervalMs = 4_000;
    const [worker] = await bench.nodes('worker', ['w1']);
    await bench.node('scheduler', 's1');
    await bench.alert('pager');
    const all = names(300);
    bench.targets.delayMs = (monitor) => 50 + (Number(monitor.slice(1)) % 6) * 50;
    await bench.watch(all, {
      intervalMs,
      alerters: ['pager'],
      settings: { timeout: '1s', 'critical-threshold': 1 },
    });
    await bench.running();
    const failing = all.slice(0, 5);
    let told = 0;
    await bench.fault('pause', 'w1', async () => {
      for (let times = 0; times < 12; times++) {
        await worker?.signal('SIGSTOP');
        await sleep(800 + (times % 4) * 700);
        await worker?.signal('SIGCONT');
        await sleep(1_500);
        if (times === 5) bench.targets.break(failing);
        if (times === 5) told = Date.now();
      }
    });
    for (const name of failing) await bench.told(name, ['critical'], { timeoutMs: 15_000 });
    const slowestMs = Math.max(...bench.alerters.deliveries.map(({ at }) => at - told));
    bench.targets.mend(failing);
    for (const name of failing) await bench.told(name, ['critical', 'resolve'], { timeoutMs: 15_000 });
    const blamed = bench.alerters.deliveries.filter(({ monitor }) => !failing.includes(monitor));
    console.log(`held up 12 times: ${blamed.length} false alarms; the last real one was told after ${slowestMs} ms`);
    expect(blamed).toEqual([]);
    await bench.conclude('worker held up now and then');
  });
});

describe('a worker that may open 200 files', () => {
  let bench: FaultBench;
  beforeEach(async () => {
    bench = await FaultBench.start();
  });
  afterEach(() => bench.stop());

  it('with 1,000 hanging targets, blames no healthy one, and reports one that fails', async () => {
    await bench.node('worker', 'w1', { within: ['prlimit', '--nofile=200:200'] });
    await bench.node('scheduler', 's1');
    await bench.alert('pager');
    const hanging = names(1_000, 'h');
    const well = names(20, 'w');
    bench.targets.break(hanging, 'hang');
    await bench.watch(well, { intervalMs: 10_000, alerters: ['pager'], settings: { 'critical-threshold': 1 } });
    // Nobody is notified of these: what matters is their effect on the others.
    await bench.watch(hanging, { intervalMs: 10_000, settings: { timeout: '3s' } });
    // None of them ran before, so none is known to be quick.
    await bench.checked(well, 180_000);
    const shortage = async (): Promise<string | undefined> => {
      const members = await bench.cluster.list<{ Short?: string }>(bench.cluster.keys.members);
      return [...members.values()].find(({ Short }) => Short)?.Short;
    };
    expect(await waitFor(shortage, { timeoutMs: 60_000, what: 'the worker to say what it lacks' })).toMatch(
      /can open 200 files/,
    );
    await sleep(20_000);
    const [failing = ''] = well;
    bench.targets.break([failing]);
    const brokenAt = Date.now();
    await bench.told(failing, ['critical'], { timeoutMs: 30_000 });
    const tellMs = Date.now() - brokenAt;
    const blamed = bench.alerters.deliveries.filter(({ monitor }) => monitor !== failing);
    console.log(
      `200 files, 1,000 hanging targets: ${blamed.length} false alarms; a failure was told after ${tellMs} ms`,
    );
    expect(blamed).toEqual([]);
    bench.targets.mend([failing]);
    await waitFor(() => bench.alerters.told(failing).join() === 'critical,resolve', { timeoutMs: 60_000 });
  });
});
