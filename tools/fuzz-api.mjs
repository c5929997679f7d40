// `npm run fuzz:api [-- --seconds 600] [--seed 7]`: random sizes and depths of everything, to every route of the API, for so long.
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { endStagesOnSignal } from './process/end-stages-on-signal.mjs';
import { ensureDebianPackages } from './setup/debian.mjs';
import { ensureDependencies } from './setup/dependencies.mjs';
import { testNeeds } from './setup/test-needs.mjs';
import { Report } from './test/report.mjs';
import { runPaths } from './test/run-specs.mjs';
import { runTool, setUp } from './test/stages.mjs';

const root = join(import.meta.dirname, '..');
const startedAt = Date.now();
const report = new Report();
const { values } = parseArgs({
  options: { seconds: { type: 'string', default: '120' }, seed: { type: 'string' } },
});

endStagesOnSignal();

if (setUp(report, 'dependencies', () => ensureDependencies(root))) {
  setUp(report, 'packages', () => ensureDebianPackages(testNeeds));
  await runTool(root, report, 'build', 'nx', ['run-many', '-t', 'build', '-p', 'cli']);
  await runPaths(root, report, {
    name: 'fuzz-api',
    dir: 'e2e',
    specs: ['e2e/security/fuzz-api.spec.ts'],
    timeoutMs: (Number(values.seconds) + 300) * 1_000,
    env: { FUZZ_SECONDS: values.seconds, ...(values.seed === undefined ? {} : { FUZZ_SEED: values.seed }) },
  });
}
report.printSummary(startedAt);
if (report.hasFailed) process.exitCode = 1;
