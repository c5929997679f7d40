import { describe, expect, test } from '@jest/globals';
import type { VitalsEntry } from '@9volt/contracts';
import { encodeVitals } from '@9volt/etcd-dal';
import { VitalsView } from './vitals-view.js';

const NOW = 1_790_000_000_000;
const entry = (name: string, ...times: number[]): VitalsEntry => ({
  name,
  samples: times.map((at) => ({ at, latencyMs: 1, status: 'ok' })),
  runs: times.length,
  overruns: 0,
  nextDueAt: NOW + 10_000,
});

describe('the dumps of a worker', () => {
  const seen: string[] = [];
  const view = new VitalsView((workerId, { name, samples }) => seen.push(`${workerId} ${name} ${samples.length}`));
  const first = { generation: 1, names: ['a', 'b'] };
  const second = { generation: 2, names: ['b', 'c'] };

  test('are read when a revision is complete, only the newest ones', () => {
    view.putDump(
      'w',
      0,
      59,
      encodeVitals([entry('a', NOW - 20_000), entry('b', NOW - 19_000)], first, NOW - 18_000),
      5,
    );
    view.putDump('w', 0, 0, encodeVitals([entry('a', NOW - 10_000), entry('b')], first, NOW - 8_000), 6);
    expect(seen).toEqual([]);
    view.putIndex('w', 0, first);
    view.flush(true);
    expect(seen.splice(0)).toEqual(['w a 1', 'w b 0']);
    view.flush(true);
    expect(seen).toEqual([]);
  });

  test('are read back for monitors without a result in the newest', async () => {
    await view.backfill(() => 0);
    expect(seen.splice(0)).toEqual(['w a 1', 'w b 1']);
  });

  test('stay readable when the names of the chunk change', () => {
    view.putIndex('w', 0, second);
    view.putDump('w', 0, 1, encodeVitals([entry('b', NOW), entry('c', NOW)], second, NOW), 7);
    view.flush(true);
    expect(seen.splice(0)).toEqual(['w b 1', 'w c 1']);
    expect(view.history('b').map(({ at }) => at)).toEqual([NOW - 19_000, NOW]);
    expect(view.history('a').map(({ at }) => at)).toEqual([NOW - 20_000, NOW - 10_000]);
    expect(view.history('nobody')).toEqual([]);
  });

  test('contain the newest of several at once, as many as requested and none too old', async () => {
    const times = async (limit: number, since?: number): Promise<object> =>
      Object.fromEntries(
        [...(await view.recent(new Set(['a', 'b', 'nobody']), limit, since))].map(([name, samples]) => [
          name,
          samples.map(({ at }) => NOW - at),
        ]),
      );
    expect(await times(5)).toEqual({ a: [20_000, 10_000], b: [19_000, 0], nobody: [] });
    expect(await times(1)).toEqual({ a: [10_000], b: [0], nobody: [] });
    expect(await times(5, NOW - 15_000)).toEqual({ a: [10_000], b: [0], nobody: [] });
  });

  test('are forgotten when they are swept', () => {
    for (const dump of [59, 0, 1]) view.remove('w', 0, dump);
    view.remove('w', 0, 'index');
    expect(view.history('b')).toEqual([]);
  });
});
