import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  type Edit,
  editMonitor,
  EDITS,
  FaultBench,
  type NodeProcess,
  startSeverableProxy,
  waitFor,
} from './harness/index.js';

/** The side that notified of the failure: the one that is cut off, or both. */
const SIDES = ['cut', 'both'] as const;
type Side = (typeof SIDES)[number];

const nameOf = (edit: Edit, side: Side): string => `${edit.replaceAll(' ', '-')}-${side}`;

describe('a worker cut off while its monitors are edited', () => {
  let bench: FaultBench;
  let proxy: Awaited<ReturnType<typeof startSeverableProxy>>;
  let cutOff: NodeProcess;
  const pairs = EDITS.flatMap((edit) => SIDES.map((side) => ({ edit, side, name: nameOf(edit, side) })));
  const all = pairs.map(({ name }) => name);

  beforeEach(async () => {
    bench = await FaultBench.start();
    proxy = bench.cluster.use(await startSeverableProxy(bench.cluster.etcd.clientPort));
    await bench.node('scheduler', 's1');
    cutOff = await bench.node('worker', 'w1', { etcd: proxy.endpoint });
    await bench.alert('pager');
    await bench.alert('chat');
    await bench.watch(all, { intervalMs: 1_000, alerters: ['pager'] });
    await bench.running();
  });
  afterEach(() => bench.stop());

  it('each alerter that got an alarm gets its resolve', async () => {
    await bench.fault('partition', 'w1', async () => {
      proxy.cut();
      await waitFor(async () => (await bench.metric(cutOff, 'ninevolt_detached').catch(() => 0)) === 1, {
        timeoutMs: 30_000,
        what: 'w1 to be detached',
      });
      bench.targets.break(all);
      for (const name of all) await bench.told(name, ['critical'], { alerter: 'pager' });
      bench.targets.mend(pairs.filter(({ side }) => side === 'cut').map(({ name }) => name));
      for (const { edit: how, name } of pairs) await editMonitor(bench, how, name, 'chat');
      // Nobody else may run them before: so the other side sees their present settings.
      await bench.node('worker', 'w3');
      await sleep(bench.ttlMs + 8_000);
      bench.targets.mend(all);
      await sleep(5_000);
      proxy.heal();
      await sleep(10_000);
    });
    await bench.outboxEmpty();
    await sleep(3_000);
    const lastWords = pairs.map(({ name }) => [
      name,
      bench.alerters.told(name, 'pager').at(-1) ?? 'resolve',
      bench.alerters.told(name, 'chat').at(-1) ?? 'resolve',
    ]);
    expect(lastWords).toEqual(all.map((name) => [name, 'resolve', 'resolve']));
    // At most one repeat per side.
    for (const name of all) {
      const heard = bench.alerters.told(name, 'pager');
      expect([name, heard.filter((type) => type === 'resolve').length <= 2, heard.length <= 4]).toEqual([
        name,
        true,
        true,
      ]);
    }
  });
});
