// `npm run test:deploy [-- <part of a path> …]`: the specs of e2e/deploy, which put 9volt where operators put it. All of their tools are
// installed first, and a tool that is missing is a failure; `npm test` runs the quick ones among them, and skips what lacks its tool.
import { join } from 'node:path';
import { endStagesOnSignal } from './process/end-stages-on-signal.mjs';
import { ensureDebianPackages } from './setup/debian.mjs';
import { ensureDependencies } from './setup/dependencies.mjs';
import { ensureGoTools } from './setup/go-tools.mjs';
import { deployNeeds } from './setup/test-needs.mjs';
import { specsEndingIn } from './test/projects.mjs';
import { Report } from './test/report.mjs';
import { runPaths } from './test/run-specs.mjs';
import { runTool, setUp } from './test/stages.mjs';

const minute = 60_000;
const root = join(import.meta.dirname, '..');
const startedAt = Date.now();
const report = new Report();

const parts = process.argv.slice(2);
const isChosen = (path) => parts.length === 0 || parts.some((part) => path.includes(part));
const specs = specsEndingIn('.spec.ts', root, { dir: 'e2e/deploy' }).filter(isChosen);

endStagesOnSignal();

if (specs.length === 0) {
  console.error(`There is no spec in e2e/deploy${parts.length > 0 ? ` with ${parts.join(' or ')} in its path` : ''}.`);
  process.exitCode = 2;
} else {
  await runEverything();
  report.printSummary(startedAt);
  if (report.hasFailed) process.exitCode = 1;
}

async function runEverything() {
  if (!setUp(report, 'dependencies', () => ensureDependencies(root))) return;
  if (!setUp(report, 'packages', () => ensureDebianPackages(deployNeeds))) return;
  if (!setUp(report, 'go tools', () => ensureGoTools())) return;
  await runTool(root, report, 'build', 'nx', ['run-many', '-t', 'build']);
  const timeoutMs = 60 * minute;
  await runPaths(root, report, { name: 'deploy', dir: 'e2e', specs, timeoutMs, env: { TEST_DEPLOY: '1' } });
}
