import { join } from 'node:path';
import { runJestProject } from './jest-project.mjs';
import { isStory } from './projects.mjs';
import { printLeftBehind } from './stages.mjs';

const minute = 60_000;
/** More than this many failing specs are not due to a busy machine. */
const mostRunAgain = 3;

/** More than one, for many specs wait for real time. */
const WORKERS = 2;

/**
 * Takes one project after the other from the list, until it is empty, and runs its specs; other lanes take from the same list.
 * Returns the stages with failed specs.
 */
export async function runSpecs(root, report, projects) {
  const failedStages = [];
  for (let next = projects.shift(); next; next = projects.shift()) {
    const { name, project, dir } = next;
    const startedAt = Date.now();
    const isEndToEnd = isStory({ project });
    const timeoutMs = (isEndToEnd ? 25 : 10) * minute;
    const result = await runJestProject(
      root,
      { name, dir, timeoutMs, workers: isEndToEnd ? undefined : WORKERS },
      isEndToEnd ? showVerdict : undefined,
    );
    report.add({ name, startedAt, ...result });
    printLeftBehind(result.leftBehind);
    if (result.failedFiles?.length > 0) failedStages.push({ name, dir, ...result });
  }
  return failedStages;
}

/** Specs by their paths, also those that `npm test` leaves out. One at a time: each has servers of its own. */
export async function runPaths(root, report, { name, dir, specs, timeoutMs, env }) {
  const startedAt = Date.now();
  const paths = specs.map((path) => join(root, path));
  const args = ['--testPathIgnorePatterns=/node_modules/', '--runTestsByPath', ...paths];
  const result = await runJestProject(root, { name, dir, timeoutMs, workers: 1, args, env }, showVerdict);
  report.add({ name, startedAt, ...result });
  printLeftBehind(result.leftBehind);
}

/** Reports each spec file as it ends. */
function showVerdict(line) {
  if (/^(PASS|FAIL) /.test(line)) console.log(`      ${line}`);
}

/** Three lanes on two cores make the machine busy. The few specs that fail get one more try alone. */
export async function runFailedAlone(root, report, failedStages) {
  if (failedStages.flatMap(({ failedFiles }) => failedFiles).length > mostRunAgain) return;
  for (const { name, dir, failed, failedFiles } of failedStages) {
    const startedAt = Date.now();
    const args = ['--runTestsByPath', ...failedFiles];
    const result = await runJestProject(root, { name, dir, timeoutMs: 10 * minute, workers: 1, args });
    if (result.failed === 0) report.passedAlone({ name, startedAt, failed });
    else report.failedAlone({ name, startedAt });
    printLeftBehind(result.leftBehind);
  }
}
