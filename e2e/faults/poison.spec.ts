import { afterEach, beforeEach, describe, it } from '@jest/globals';
import { FaultBench, runPoisonStory } from './harness/index.js';

/** Short, so that this runs with every test; `poison.scenario.ts` does the same with the defaults, and with other deaths. */
const TTL_MS = 2_000;

describe('a monitor that kills the process it runs in', () => {
  let bench: FaultBench;
  beforeEach(async () => {
    bench = await FaultBench.start({ ttlMs: TTL_MS });
  });
  afterEach(() => bench.stop());

  it('is quarantined after one worker is lost; everything else continues, and an edit that makes it harmless runs', () =>
    runPoisonStory(bench, 'throwing', { scenario: '19 poison (quick)', workers: ['w1', 'w2'], ordinary: 10 }));
});
