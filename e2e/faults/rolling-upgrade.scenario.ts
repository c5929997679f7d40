import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { FaultBench, names } from './harness/index.js';

const LATER = 'of-the-next-version';

describe('a rolling upgrade and a way back', () => {
  let bench: FaultBench;
  beforeEach(async () => {
    bench = await FaultBench.start();
  });
  afterEach(() => bench.stop());

  it('both versions work side by side, attributes of the later one are kept, no notification is sent twice', async () => {
    const members = [
      ['scheduler', 's1'],
      ['scheduler', 's2'],
      ['worker', 'w1'],
      ['worker', 'w2'],
    ] as const;
    for (const [role, name] of members) await bench.node(role, name);
    await bench.alert('pager');
    await bench.watch(names(40), { intervalMs: 2_000, alerters: ['pager'] });
    await bench.running();
    bench.targets.break(['m0']);
    await bench.told('m0', ['critical']);

    const replaceAll = async (nextVersion: boolean): Promise<void> => {
      for (const [role, name] of members) {
        const old = bench.cluster.nodes.findLast((node) => node.name === name);
        await bench.fault('graceful', name, async () => {
          await old?.signal('SIGTERM');
          await bench.node(role, name, { nextVersion });
        });
        expect(old?.exitCode).toBe(0);
        await sleep(3_000);
      }
    };
    await replaceAll(true);
    bench.targets.break(['m1', 'm2']);
    for (const name of ['m1', 'm2']) await bench.told(name, ['critical']);
    bench.targets.mend(['m0']);
    await bench.told('m0', ['critical', 'resolve']);
    await bench.outboxEmpty();
    const stored = (name: string): Promise<Record<string, unknown> | undefined> =>
      bench.cluster.get(bench.cluster.keys.state(name));
    expect(await stored('m1')).toHaveProperty(LATER);
    await replaceAll(false);
    bench.targets.mend(['m1']);
    await bench.told('m1', ['critical', 'resolve']);
    await bench.outboxEmpty();
    expect(await stored('m1')).toMatchObject({ status: 'ok', [LATER]: 1 });
    bench.targets.mend(['m2']);
    await bench.told('m2', ['critical', 'resolve']);
    await sleep(3_000);
    const { figures } = await bench.conclude('20 rolling upgrade and back', {}, { gapInFaultMs: 5_000 });
    expect(figures.repeated).toBe(0);
    expect(figures.doubles).toBe(0);
  });
});
