import type { FaultBench } from './fault-bench.js';

/** What may happen to a monitor while the worker that notified of it is cut off. */
export const EDITS = [
  'deleted',
  'recreated',
  'pointed elsewhere',
  'disabled',
  'given another alerter',
  'left alone',
] as const;
export type Edit = (typeof EDITS)[number];

/** Edits a recorded monitor. `other`: the alerter that it is given. */
export async function editMonitor(bench: FaultBench, how: Edit, name: string, other: string): Promise<void> {
  const key = bench.cluster.keys.monitor(name);
  switch (how) {
    case 'deleted':
      bench.forget(name);
      await bench.cluster.delete(key);
      return;
    case 'recreated':
      bench.noteRecreated(name);
      await bench.cluster.delete(key);
      await bench.edit([name], {});
      return;
    case 'pointed elsewhere':
      bench.forget(name);
      await bench.edit([name], { url: '/elsewhere' });
      return;
    case 'disabled':
      bench.forget(name);
      await bench.edit([name], { disable: true });
      return;
    case 'given another alerter':
      await bench.edit([name], { 'critical-alerter': [other] });
      return;
    case 'left alone':
      return;
  }
}
