import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { FaultBench, names, waitFor } from './harness/index.js';

const TTL_MS = 3_000;
const after = (ms: number): string => new Date(Date.now() + ms).toISOString();

/** Holds of alarms, while the worker that decides is killed, or cannot reach etcd. */
describe('quiet', () => {
  let bench: FaultBench;
  beforeEach(async () => {
    bench = await FaultBench.start({ ttlMs: TTL_MS });
    await bench.node('scheduler', 's1');
    await bench.nodes('worker', ['w1', 'w2', 'w3']);
    await Promise.all([bench.alert('pager'), bench.alert('boss')]);
  });
  afterEach(() => bench.stop());

  const moved = names(30, 'moved');
  const shops = names(100, 'shop');
  const plain = names(20, 'plain');
  const watched = { intervalMs: 1_000, alerters: ['pager'] };

  const silence = (endMs: number, over: object = {}): Promise<number> =>
    bench.cluster.put(`${bench.cluster.keys.silences}s1`, {
      ...{ match: { tags: ['moved'] }, comment: 'moving' },
      ...{ start: after(-1_000), end: after(endMs), createdAt: after(-1_000) },
      ...over,
    });
  const allHeld = (monitors: readonly string[], reason: string): Promise<boolean> =>
    waitFor(
      () =>
        monitors.every((name) =>
          bench.audit.holds.some((hold) => hold.monitor === name && !hold.to && hold.reason.startsWith(reason)),
        ),
      { timeoutMs: 30_000, what: `${monitors.length} monitors to be held by ${reason}` },
    );
  /** Ignores notifications in between: a busy machine sees `unknown` now and then. */
  const lastTold = async (monitors: readonly string[], type: string, alerter = 'pager'): Promise<void> => {
    for (const name of monitors) {
      await waitFor(() => bench.alerters.told(name, alerter).at(-1) === type, {
        timeoutMs: 60_000,
        what: `${type} to be the last that ${alerter} is told of ${name}`,
      });
    }
  };
  const nothingTold = (monitors: readonly string[]): boolean =>
    monitors.every((name) => bench.alerters.told(name, 'pager').length === 0);

  it('a storm with a silence, a parent and an escalation, while a worker is killed: each alarm is sent or has a reason', async () => {
    await bench.watch(moved, { ...watched, settings: { tags: ['moved'] } });
    await bench.watch(['router'], { ...watched, settings: { 'critical-threshold': 2 } });
    await bench.watch(shops, { ...watched, settings: { 'depends-on': ['router'] } });
    await bench.watch(plain, { ...watched, settings: { escalate: [{ after: '15s', alerter: ['boss'] }] } });
    await silence(600_000);
    await bench.running();

    const all = [...moved, 'router', ...shops, ...plain];
    bench.targets.break(all);
    await lastTold(['router', ...plain], 'critical');
    await allHeld(moved, 'silence');
    await allHeld(shops, 'dependency');
    await bench.outboxEmpty();
    const firstAt = Math.max(...bench.alerters.deliveries.map(({ at }) => at));

    // At the transition: the silence ends while the worker that owns a third of them is dead.
    const victim = await bench.ownerOf('moved0');
    await silence(2_000);
    await bench.fault('crash', victim.name, () => victim.signal('SIGKILL'));
    await lastTold(moved, 'critical');
    // The new owners escalate by the clock of the first alarm.
    await lastTold(plain, 'critical', 'boss');
    const escalatedAt = bench.alerters.deliveries.filter(({ alerter }) => alerter === 'boss').map(({ at }) => at);
    expect(Math.max(...escalatedAt) - firstAt).toBeLessThan(15_000 + bench.promises.recoveryMs);
    expect(nothingTold(shops)).toBe(true);

    bench.targets.mend(all);
    await lastTold(['router', ...plain, ...moved], 'resolve');
    await lastTold(plain, 'resolve', 'boss');
    await waitFor(() => bench.audit.holds.every(({ to }) => to !== undefined), { timeoutMs: 30_000 });
    const { figures } = await bench.conclude(
      '31 quiet: silence, parent, escalation; kill -9 worker',
      {},
      // Other scenarios are about the rhythm of checks.
      { beatMs: watched.intervalMs, gapSlackMs: 10_000, gapInFaultMs: 20_000 },
    );
    expect(nothingTold(shops)).toBe(true);
    expect(figures.explained).toBe(shops.length);
  });

  it('a silence and a maintenance window that end while etcd is down end all the same', async () => {
    await bench.watch(moved, { ...watched, settings: { tags: ['moved'] } });
    await bench.watch(plain, { ...watched, settings: { tags: ['update'] } });
    await bench.running();
    await silence(25_000);
    const window = { match: { tags: ['update'] }, start: after(-1_000), end: after(25_000) };
    await bench.cluster.put(`${bench.cluster.keys.maintenances}night`, window);
    bench.targets.break([...moved, ...plain]);
    await allHeld(moved, 'silence');
    await allHeld(plain, 'maintenance');
    await bench.fault('outage', 'etcd', async () => {
      await bench.cluster.etcd.kill();
      await sleep(2 * TTL_MS);
      expect(nothingTold([...moved, ...plain])).toBe(true);
      await lastTold([...moved, ...plain], 'critical');
      await bench.cluster.etcd.restart();
    });
    await waitFor(() => bench.audit.holds.every(({ to }) => to !== undefined), { timeoutMs: 30_000 });
    bench.targets.mend([...moved, ...plain]);
    await lastTold([...moved, ...plain], 'resolve');
    // According to etcd's last data they were held.
    await bench.conclude('32 quiet: ends of a silence and a window; etcd down', {}, { tellWithinMs: 60_000 });
  });
});
