// `npm run test:faults [-- <pattern> …]`: every scenario of e2e/faults with real processes and real faults, and the table of what they
// measured. `npm run test:soak -- --minutes 60 --seed 7`: faults drawn at random, for as long as is wanted.
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { endStagesOnSignal } from './process/end-stages-on-signal.mjs';
import { runStage } from './process/run-stage.mjs';
import { ensureDebianPackages } from './setup/debian.mjs';
import { ensureDependencies } from './setup/dependencies.mjs';
import { faultNeeds } from './setup/test-needs.mjs';

const minute = 60_000;
const root = join(import.meta.dirname, '..');
const { values, positionals } = parseArgs({
  options: {
    soak: { type: 'boolean', default: false },
    minutes: { type: 'string', default: '30' },
    seed: { type: 'string', default: String(Date.now() % 100_000) },
  },
  allowPositionals: true,
});
const minutes = Number(values.minutes);
const seed = Number(values.seed);

endStagesOnSignal();

if (!(minutes > 0) || !Number.isInteger(seed)) {
  console.error('expected --minutes with a number above 0, and --seed with a whole number');
  process.exitCode = 2;
} else {
  ensureDependencies(root);
  ensureDebianPackages(faultNeeds);
  const built = await runStage(join(root, 'node_modules/.bin/nx'), ['run-many', '-t', 'build'], {
    cwd: root,
    timeoutMs: 10 * minute,
  });
  if (built.code !== 0) console.error(built.output);
  process.exitCode = built.code === 0 ? await runJest() : 1;
}

async function runJest() {
  const soak = [
    ...['--testPathIgnorePatterns', '/node_modules/', '--testTimeout', String((minutes + 10) * minute)],
    ...['--', 'soak.scenario'],
  ];
  const { code, timedOut } = await runStage(
    process.execPath,
    [
      '--experimental-vm-modules',
      '--disable-warning=ExperimentalWarning',
      join(root, 'node_modules/jest/bin/jest.js'),
      ...(values.soak ? soak : positionals),
    ],
    {
      cwd: join(root, 'e2e/faults'),
      env: { TEST_SOAK_MINUTES: String(minutes), TEST_SOAK_SEED: String(seed) },
      timeoutMs: (values.soak ? minutes + 15 : 120) * minute,
      onLine: (line) => console.log(line),
    },
  );
  if (timedOut) console.error('did not end in time');
  return code === 0 ? 0 : 1;
}
