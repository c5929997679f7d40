import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { FaultBench, names, waitFor } from './harness/index.js';

describe('nonsense written into etcd by hand', () => {
  let bench: FaultBench;
  beforeEach(async () => {
    bench = await FaultBench.start();
  });
  afterEach(() => bench.stop());

  it('only those keys are quarantined, and shown as such; their last valid versions run, and so does everything else', async () => {
    const [, , , api] = await Promise.all([
      bench.node('scheduler', 's1'),
      bench.node('worker', 'w1'),
      bench.node('worker', 'w2'),
      bench.node('api', 'a1'),
    ]);
    await bench.alert('pager');
    const monitors = names(30);
    await bench.watch(monitors, { intervalMs: 1_000, alerters: ['pager'] });
    await bench.running();
    const { keys } = bench.cluster;
    const good = (more: object): object => ({ ...bench.settings('m0'), ...more });
    const nonsense: [string, unknown][] = [
      ['m0', '{"type": "http", "host"'],
      ['m1', '[1, 2]'],
      ['m2', good({ type: 'no-such-type' })],
      ['m3', good({ interval: 5 })],
      ['m4', good({ port: 'eighty' })],
      ['m5', good({ description: 'x'.repeat(1_000_000) })],
      ['m6', '\u0000\uffff'],
      ['m7', good({ __proto__: 1, constructor: {} })],
      ['new-array', '[]'],
      ['new-number', '7'],
      ['new-large', `{"type":"http","description":"${'x'.repeat(1_000_000)}"}`],
    ];
    for (const [name, value] of nonsense) await bench.cluster.put(keys.monitor(name), value);
    await bench.cluster.put(keys.alerter('broken'), '{"type": "htt');
    await bench.cluster.put(`${keys.assignments}nobody/nothing`, 'nonsense');
    await bench.cluster.put(`${keys.states}stray`, '[');
    await bench.cluster.put(`${keys.outbox}stray/pager/1`, '{}');
    const quarantined = await waitFor(
      async () => {
        const response = await fetch(`${api.url}/api/v1/state?status=quarantined&limit=100&page=1`);
        const body: unknown = await response.json();
        const found = Array.isArray(body) ? (body as { monitor?: string; name?: string }[]) : [];
        return found.length >= nonsense.length ? found : undefined;
      },
      { timeoutMs: 20_000, what: 'what is broken to be shown' },
    );
    expect(quarantined.map(({ monitor, name }) => monitor ?? name).sort()).toEqual(
      nonsense.map(([name]) => name).sort(),
    );
    await bench.watch(['after'], { intervalMs: 1_000, alerters: ['pager'] });
    await bench.begun(['after']);
    bench.targets.break(['m3', 'm20']);
    for (const name of ['m3', 'm20']) await bench.told(name, ['critical']);
    bench.targets.mend(['m3', 'm20']);
    for (const name of ['m3', 'm20']) await bench.told(name, ['critical', 'resolve']);
    await sleep(3_000);
    await bench.conclude('16 nonsense in etcd');
  });
});
