import { setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { SoakBench } from './soak-bench.js';

const PAUSE_S = [0.5, 5] as const;
/** Some are short; some outlast any failover and any trouble of an alerter, so that they must be told. */
const SHORT_S = [0.5, 30] as const;
const LONG_S = [150, 200] as const;

/** Breaks targets at random and mends them again, until it is told to end. All are well then. */
export async function breakTargets({ bench, monitors, random }: SoakBench, signal: AbortSignal): Promise<void> {
  const { targets } = bench;
  const mending = new Set<Promise<void>>();
  // One for each target that is broken.
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
