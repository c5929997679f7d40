import { setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { SoakBench } from './soak-bench.js';

const PAUSE_S = [0.5, 5] as const;
/** Some are short; some are longer than any failover and any trouble of an alerter, so they must lead to notifications. */
const SHORT_S = [0.5, 30] as const;
const LONG_S = [150, 200] as const;

/** Breaks targets at random and repairs them again, until it is told to end. Then all are healthy. */
export async function breakTargets({ bench, monitors, random }: SoakBench, signal: AbortSignal): Promise<void> {
  const { targets } = bench;
  const mending = new Set<Promise<void>>();
  // One for each broken target.
  setMaxListeners(0, signal);
  while (!signal.aborted) {
    await pause(random.msBetween(...PAUSE_S), signal);
    const name = random.pick(monitors);
    const lastMs = random.chance(0.5) ? random.msBetween(...SHORT_S) : random.msBetween(...LONG_S);
    if (targets.isBroken(name) || signal.aborted) continue;
    targets.break([name], random.chance(0.2) ? 'hang' : 'fail');
    const mended = pause(lastMs, signal).then(() => targets.mend([name]));
    mending.add(mended);
    void mended.then(() => mending.delete(mended));
  }
  await Promise.all(mending);
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal }).catch(() => undefined);
}
