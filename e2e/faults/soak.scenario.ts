import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, expect, it } from '@jest/globals';
import { FAULTS } from './soak/fault-catalogue.js';
import { breakTargets } from './soak/random-outages.js';
import { SeededRandom } from './soak/seeded-random.js';
import { SoakBench } from './soak/soak-bench.js';

const minutes = Number(process.env['TEST_SOAK_MINUTES'] ?? 5);
const seed = Number(process.env['TEST_SOAK_SEED'] ?? 1);

/**
 * After the last fault: for delayed notifications, including the longest wait for an answer and the longest pause between two
 * attempts.
 */
const QUIET_MS = 120_000;
/** After an outage of etcd a crash may come while no member counts as dead. */
const GAP_IN_FAULT_MS = 2 * 6_000 + 5_000 + 2_000 + 8_000;

let soak: SoakBench | undefined;
afterAll(() => soak?.stop());

it(`faults at random for ${minutes} minutes, by the seed ${seed}: nothing lost, nothing unresolved, repeats as promised`, async () => {
  const random = new SeededRandom(seed);
  soak = await SoakBench.start(random);
  const { bench } = soak;
  const end = new AbortController();
  const breaking = breakTargets(soak, end.signal);
  const until = Date.now() + minutes * 60_000;
  const drawn: string[] = [];
  try {
    while (Date.now() < until) {
      const fault = random.draw(FAULTS);
      drawn.push(fault.name);
      await fault.inject(soak);
      await soak.recovered();
      await sleep(random.msBetween(1, 8));
    }
  } catch (error) {
    console.error(bench.keep(`soak seed ${seed}`, [...drawn, String(error)]));
    throw error;
  } finally {
    end.abort();
    await breaking;
  }
  await sleep(QUIET_MS);
  await bench.outboxEmpty();
  const counts = new Map(FAULTS.map(({ name }) => [name, drawn.filter((one) => one === name).length]));
  console.log(
    `soak, seed ${seed}: ${drawn.length} faults in ${minutes} minutes\n` +
      [...counts].map(([name, count]) => `  ${String(count).padStart(3)} ${name}`).join('\n'),
  );
  const { figures } = await bench.conclude(
    `soak ${minutes} min, seed ${seed}`,
    { note: `${drawn.length} faults, ${bench.targets.outages.length} outages of targets` },
    { tellWithinMs: 140_000, recoveryMs: 25_000, gapInFaultMs: GAP_IN_FAULT_MS, gapSlackMs: 3_000 },
  );
  console.log(`soak, seed ${seed}: ${JSON.stringify(figures)}`);
  expect(figures.owed).toBe(figures.told);
});
