// `npm run test:real [-- <part of a path> …]`: the specs that need real servers, installed from Debian, and more time than
// `npm test` has: those named *.real.spec.ts, or of them those whose path has one of the given parts.
import { join } from 'node:path';
import { endStagesOnSignal } from './process/end-stages-on-signal.mjs';
import { ensureDebianPackages } from './setup/debian.mjs';
import { ensureDependencies } from './setup/dependencies.mjs';
import { realNeeds } from './setup/test-needs.mjs';
import { isStory, specsEndingIn, testProjects } from './test/projects.mjs';
import { Report } from './test/report.mjs';
import { runPaths } from './test/run-specs.mjs';
import { runTool, setUp } from './test/stages.mjs';

const minute = 60_000;
const root = join(import.meta.dirname, '..');
const startedAt = Date.now();
const report = new Report();

const parts = process.argv.slice(2);
const isChosen = (path) => parts.length === 0 || parts.some((part) => path.includes(part));
const projects = testProjects(root)
  .map((project) => ({ ...project, specs: specsEndingIn('.real.spec.ts', root, project).filter(isChosen) }))
  .filter(({ specs }) => specs.length > 0);

endStagesOnSignal();

if (projects.length === 0) {
  console.error(
    `There is no spec named *.real.spec.ts${parts.length > 0 ? ` with ${parts.join(' or ')} in its path` : ''}.`,
  );
  process.exitCode = 2;
} else {
  await runEverything();
  report.printSummary(startedAt);
  if (report.hasFailed) process.exitCode = 1;
}

async function runEverything() {
  if (!setUp(report, 'dependencies', () => ensureDependencies(root))) return;
  if (!setUp(report, 'packages', () => ensureDebianPackages(realNeeds))) return;
  // The stories run the built command.
  if (projects.some(isStory)) await runTool(root, report, 'build', 'nx', ['run-many', '-t', 'build']);
  for (const project of projects) await runPaths(root, report, { ...project, timeoutMs: 15 * minute });
}
