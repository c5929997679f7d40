// `npm test [-- <project> …]`: all the set-up, then every check there is, or those of the projects named.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { forwardSignals } from './process/forward-signals.mjs';
import { killRunningStages, runStage } from './process/run-stage.mjs';
import { ensureDebianPackages } from './setup/debian.mjs';
import { ensureDependencies } from './setup/dependencies.mjs';
import { runJestProject } from './test/jest-project.mjs';
import { testProjects } from './test/projects.mjs';
import { Report } from './test/report.mjs';

const minute = 60_000;
const root = join(import.meta.dirname, '..');
const startedAt = Date.now();
const report = new Report();

const all = testProjects(root);
const named = process.argv.slice(2);
const unknown = named.filter((name) => !all.some((project) => project.name === name));
const chosen = named.length > 0 ? all.filter(({ name }) => named.includes(name)) : all;

const systemNeeds = [
  { command: 'etcd', package: 'etcd-server' },
  { command: 'etcdctl', package: 'etcd-client' },
  { command: 'dnsmasq', package: 'dnsmasq-base' },
  { command: 'openssl', package: 'openssl' },
  { command: 'prometheus-alertmanager', package: 'prometheus-alertmanager', optional: true },
  { file: `/usr/lib/${debianTriplet()}/faketime/libfaketime.so.1`, package: 'libfaketime', optional: true },
];

forwardSignals((signal) => {
  killRunningStages();
  console.error(`stopped by ${signal}`);
  process.exit(130);
});

if (unknown.length > 0) {
  console.error(`No such project: ${unknown.join(', ')}. There are: ${all.map(({ name }) => name).join(', ')}.`);
  process.exitCode = 2;
} else {
  await runEverything();
  report.printSummary(startedAt);
  if (report.hasFailed) process.exitCode = 1;
}

async function runEverything() {
  mkdirSync(join(root, 'tmp'), { recursive: true });
  if (!(await setUp('dependencies', () => ensureDependencies(root)))) return;
  await setUp('packages', () => ensureDebianPackages(systemNeeds));

  // The stories run the built command, so they need all of it.
  const buildsAll = named.length === 0 || named.includes('e2e');
  await runTool('build', 'nx', ['run-many', '-t', 'build', ...(buildsAll ? [] : onlyChosen())]);
  await runTool('lint', 'nx', ['run-many', '-t', 'lint', ...onlyChosen()]);
  await runTool('format', 'prettier', ['--check', ...(named.length > 0 ? chosen.map(({ dir }) => dir) : ['.'])]);
  await runTool('types', 'nx', ['run-many', '-t', 'typecheck', ...onlyChosen()]);
  for (const project of chosen) await runSpecs(project);
}

function onlyChosen() {
  return named.length > 0 ? ['-p', named.join(',')] : [];
}

/** Set-up counts only when it fails. */
async function setUp(name, prepare) {
  const stageStartedAt = Date.now();
  try {
    prepare();
    return true;
  } catch (error) {
    report.add({ name, startedAt: stageStartedAt, passed: 0, failed: 1, output: error.message });
    return false;
  }
}

async function runTool(name, command, args) {
  const stageStartedAt = Date.now();
  const { code, output, timedOut, leftBehind } = await runStage(join(root, 'node_modules/.bin', command), args, {
    cwd: root,
    timeoutMs: 5 * minute,
  });
  const failed = code === 0 ? 0 : 1;
  report.add({
    name,
    startedAt: stageStartedAt,
    passed: 1 - failed,
    failed,
    output: timedOut ? `${output}\ndid not end in time` : output,
  });
  printLeftBehind(leftBehind);
}

async function runSpecs({ name, dir }) {
  const stageStartedAt = Date.now();
  const isEndToEnd = name === 'e2e';
  const timeoutMs = (isEndToEnd ? 15 : 5) * minute;
  const result = await runJestProject(root, { name, dir, timeoutMs, workers: isEndToEnd ? undefined : 2 }, (line) => {
    if (isEndToEnd && /^(PASS|FAIL) /.test(line)) console.log(`      ${line}`);
  });
  report.add({ name, startedAt: stageStartedAt, ...result });
  printLeftBehind(result.leftBehind);
}

function printLeftBehind(leftBehind) {
  for (const command of leftBehind) console.log(`      left behind, now killed: ${command}`);
}

function debianTriplet() {
  return { x64: 'x86_64-linux-gnu', arm64: 'aarch64-linux-gnu' }[process.arch] ?? process.arch;
}
