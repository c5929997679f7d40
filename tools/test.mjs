// `npm test [-- <project> …]`: all the set-up, then every check there is, or those of the projects named.
import { join } from 'node:path';
import { endStagesOnSignal } from './process/end-stages-on-signal.mjs';
import { ensureDebianPackages } from './setup/debian.mjs';
import { ensureDependencies } from './setup/dependencies.mjs';
import { testNeeds } from './setup/test-needs.mjs';
import { runJestProject } from './test/jest-project.mjs';
import { testProjects } from './test/projects.mjs';
import { Report } from './test/report.mjs';
import { printLeftBehind, runTool, setUp } from './test/stages.mjs';

const minute = 60_000;
const root = join(import.meta.dirname, '..');
const startedAt = Date.now();
const report = new Report();
/** More than this many specs do not fail for want of a quiet machine. */
const mostRunAgain = 3;
const failedStages = [];

const all = testProjects(root);
const named = process.argv.slice(2);
const unknown = named.filter((name) => !all.some((project) => project.name === name));
const chosen = named.length > 0 ? all.filter(({ name }) => named.includes(name)) : all;

endStagesOnSignal();

if (unknown.length > 0) {
  console.error(`No such project: ${unknown.join(', ')}. There are: ${all.map(({ name }) => name).join(', ')}.`);
  process.exitCode = 2;
} else {
  await runEverything();
  report.printSummary(startedAt);
  if (report.hasFailed) process.exitCode = 1;
}

async function runEverything() {
  if (!setUp(report, 'dependencies', () => ensureDependencies(root))) return;
  setUp(report, 'packages', () => ensureDebianPackages(testNeeds));

  // The stories run the built command, so they need all of it.
  const buildsAll = named.length === 0 || named.includes('e2e');
  await runTool(root, report, 'build', 'nx', ['run-many', '-t', 'build', ...(buildsAll ? [] : onlyChosen())]);
  // Two lanes for two cores: the stories wait more than they compute.
  const isStory = ({ name }) => name === 'e2e';
  await Promise.all([
    checkSources().then(() => runSpecs(chosen.filter((project) => !isStory(project)))),
    runSpecs(chosen.filter(isStory)),
  ]);
  await runFailedAlone();
}

async function checkSources() {
  await runTool(root, report, 'lint', 'nx', ['run-many', '-t', 'lint', ...onlyChosen()]);
  await runTool(root, report, 'format', 'prettier', [
    '--check',
    ...(named.length > 0 ? chosen.map(({ dir }) => dir) : ['.']),
  ]);
  await runTool(root, report, 'types', 'nx', ['run-many', '-t', 'typecheck', ...onlyChosen()]);
}

function onlyChosen() {
  return named.length > 0 ? ['-p', named.join(',')] : [];
}

async function runSpecs(projects) {
  for (const { name, dir } of projects) {
    const stageStartedAt = Date.now();
    const isEndToEnd = name === 'e2e';
    const timeoutMs = (isEndToEnd ? 15 : 5) * minute;
    const result = await runJestProject(root, { name, dir, timeoutMs, workers: isEndToEnd ? undefined : 2 }, (line) => {
      if (isEndToEnd && /^(PASS|FAIL) /.test(line)) console.log(`      ${line}`);
    });
    report.add({ name, startedAt: stageStartedAt, ...result });
    printLeftBehind(result.leftBehind);
    if (result.failedFiles?.length > 0) failedStages.push({ name, dir, ...result });
  }
}

/** Two lanes on two cores are a busy machine. The few specs that fail there get one more try with all of it for themselves. */
async function runFailedAlone() {
  if (failedStages.flatMap(({ failedFiles }) => failedFiles).length > mostRunAgain) return;
  for (const { name, dir, failed, failedFiles } of failedStages) {
    const stageStartedAt = Date.now();
    const args = ['--runTestsByPath', ...failedFiles];
    const result = await runJestProject(root, { name, dir, timeoutMs: 5 * minute, workers: 1, args });
    if (result.failed === 0) report.passedAlone({ name, startedAt: stageStartedAt, failed });
    else report.failedAlone({ name, startedAt: stageStartedAt });
    printLeftBehind(result.leftBehind);
  }
}
