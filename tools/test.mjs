// `npm test [-- <project> …]`: all the set-up, then every check there is, or those of the projects named.
import { join } from 'node:path';
import { endStagesOnSignal } from './process/end-stages-on-signal.mjs';
import { ensureDebianPackages } from './setup/debian.mjs';
import { ensureDependencies } from './setup/dependencies.mjs';
import { testNeeds } from './setup/test-needs.mjs';
import { isStory, testProjects } from './test/projects.mjs';
import { Report } from './test/report.mjs';
import { runFailedAlone, runSpecs } from './test/run-specs.mjs';
import { runTool, setUp } from './test/stages.mjs';

const root = join(import.meta.dirname, '..');
const startedAt = Date.now();
const report = new Report();

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

  const stories = chosen.filter(isStory);
  // The stories run the built command, and the rules with types read what the build writes.
  const built = runTool(root, report, 'build', 'nx', ['run-many', '-t', 'build']);
  // Three lanes for two cores: the stories wait more than they compute, and with a fourth lane they miss their times. Each lane that is
  // done takes the next of the remaining projects, the long ones first.
  const rest = chosen.filter((one) => !isStory(one)).sort((a, b) => slowness(b) - slowness(a));
  const runRest = () => runSpecs(root, report, rest);
  const lanes = [
    checkSources(built).then(() => runRest()),
    ...[1, 2].map(async () => {
      await built;
      return [...(await runSpecs(root, report, stories)), ...(await runRest())];
    }),
  ];
  await runFailedAlone(root, report, (await Promise.all(lanes)).flat());
}

/** If one of these began last, the other lanes would wait for it. */
function slowness({ name }) {
  return ['cli', 'scheduler', 'ui', 'monitors', 'api', 'etcd-dal', 'worker'].indexOf(name);
}

async function checkSources(built) {
  const sources = chosen.map(({ dir }) => dir);
  await runTool(root, report, 'types', 'nx', ofChosen('typecheck'));
  await runTool(root, report, 'format', 'oxfmt', ['--check', ...(named.length > 0 ? sources : [])]);
  await built;
  await runTool(root, report, 'lint', 'nx', ofChosen('lint'));
  await runTool(root, report, 'typed lint', 'oxlint', ['--type-aware', ...(named.length > 0 ? sources : [])]);
  // Unused exports, and packages that are unused or undeclared where they are imported. It looks at everything at once.
  if (named.length === 0) await runTool(root, report, 'unused', 'knip', ['--no-config-hints']);
}

/** Of all projects in one process: one per project starts again and reads the libraries again, which costs twice as much. */
function ofChosen(target) {
  if (named.length === 0) return ['run', `tools:${target}-everything`];
  return ['run-many', '-t', target, '-p', chosen.map(({ project }) => project).join(',')];
}
