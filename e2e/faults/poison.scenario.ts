import { afterEach, beforeEach, describe, it } from '@jest/globals';
import { FaultBench, runPoisonStory } from './harness/index.js';

describe('a monitor that kills the process it runs in', () => {
  let bench: FaultBench;
  beforeEach(async () => {
    bench = await FaultBench.start();
  });
  afterEach(() => bench.stop());

  it.each(['aborting', 'throwing', 'rejecting', 'hanging'] as const)(
    '%s: one worker is lost, and it is quarantined; all else goes on, and its harmless edit runs',
    (type) =>
      runPoisonStory(bench, type, { scenario: `19 poison, ${type}`, workers: ['w1', 'w2', 'w3'], ordinary: 20 }),
  );
});
