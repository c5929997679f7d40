// `npm run test:etcd [-- <project> …]`: the specs of every project that uses etcd, or of those named, against a current etcd instead of
// Debian's. It is built where there is a Go, and one that stands in .tools/etcd-3.6 is taken as it is.
import { existsSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { step } from './console.mjs';
import { endStagesOnSignal } from './process/end-stages-on-signal.mjs';
import { ensureDebianPackages } from './setup/debian.mjs';
import { ensureDependencies } from './setup/dependencies.mjs';
import { ensureGoTools, etcdTools } from './setup/go-tools.mjs';
import { currentEtcdDir } from './setup/local-tools.mjs';
import { testNeeds } from './setup/test-needs.mjs';
import { isStory, testProjects } from './test/projects.mjs';
import { Report } from './test/report.mjs';
import { runFailedAlone, runSpecs } from './test/run-specs.mjs';
import { runTool, setUp } from './test/stages.mjs';

const root = join(import.meta.dirname, '..');
const startedAt = Date.now();
const report = new Report();

const all = testProjects(root).filter(usesEtcd);
const named = process.argv.slice(2);
const unknown = named.filter((name) => !all.some((project) => project.name === name));

endStagesOnSignal();

if (unknown.length > 0) {
  console.error(
    `No such project: ${unknown.join(', ')}. Those with etcd are: ${all.map(({ name }) => name).join(', ')}.`,
  );
  process.exitCode = 2;
} else {
  await runEverything(named.length > 0 ? all.filter(({ name }) => named.includes(name)) : all);
  report.printSummary(startedAt);
  if (report.hasFailed) process.exitCode = 1;
}

async function runEverything(projects) {
  if (!setUp(report, 'dependencies', () => ensureDependencies(root))) return;
  setUp(report, 'packages', () => ensureDebianPackages(testNeeds));
  if (!setUp(report, 'go tools', () => ensureGoTools(etcdTools))) return;
  step('etcd', currentEtcdDir);
  process.env.PATH = [currentEtcdDir, process.env.PATH].join(delimiter);
  // The stories run the built command.
  if (projects.some(isStory)) await runTool(root, report, 'build', 'nx', ['run-many', '-t', 'build']);
  await runFailedAlone(root, report, await runSpecs(root, report, [...projects]));
}

function usesEtcd({ project, dir }) {
  const file = join(root, isStory({ project }) ? project : dir, 'package.json');
  if (!existsSync(file)) return false;
  const { name, dependencies = {}, devDependencies = {} } = JSON.parse(readFileSync(file, 'utf8'));
  return [name, ...Object.keys(dependencies), ...Object.keys(devDependencies)].includes('@9volt/etcd-dal');
}
