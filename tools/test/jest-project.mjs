import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { runStage } from '../process/run-stage.mjs';

/** Runs one project's specs, never from a cache, and counts jest's results, or reports that there were none. */
export async function runJestProject(root, { dir, name, timeoutMs, workers, args = [], env = {} }, onLine) {
  const resultFile = join(root, 'tmp', `jest-${name}.json`);
  mkdirSync(dirname(resultFile), { recursive: true });
  rmSync(resultFile, { force: true });
  const { code, output, timedOut, leftBehind } = await runStage(
    process.execPath,
    [
      '--experimental-vm-modules',
      '--disable-warning=ExperimentalWarning',
      join(root, 'node_modules/jest/bin/jest.js'),
      '--passWithNoTests',
      '--json',
      `--outputFile=${resultFile}`,
      ...(workers ? [`--maxWorkers=${workers}`] : []),
      ...args,
    ],
    { cwd: join(root, dir), env, timeoutMs, doneLine: /^Test results written to/, onLine },
  );
  const result = readResult(resultFile);
  const passed = result?.numPassedTests ?? 0;
  const skipped = (result?.numPendingTests ?? 0) + (result?.numTodoTests ?? 0);
  const failed = (result?.numFailedTests ?? 0) + (result?.numRuntimeErrorTestSuites ?? 0);
  if (timedOut) {
    return {
      passed,
      skipped,
      failed: failed + 1,
      leftBehind,
      output: `${output}\njest did not end: ${result ? 'something is still open after the last test' : `no result after ${timeoutMs / 1000} s`}`,
    };
  }
  if (failed === 0 && code !== 0) {
    return { passed, skipped, failed: 1, leftBehind, output: `${output}\njest ended with code ${code}` };
  }
  return {
    passed,
    skipped,
    failed,
    leftBehind,
    output,
    tests: result ? testsOf(result) : [],
    failedFiles: (result?.testResults ?? []).filter(({ status }) => status === 'failed').map((suite) => suite.name),
  };
}

function readResult(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}

function testsOf(result) {
  return result.testResults.flatMap((suite) =>
    suite.assertionResults.map((test) => ({
      name: test.fullName,
      durationMs: test.duration ?? 0,
      failure: test.status === 'failed' ? test.failureMessages.join('\n') : undefined,
    })),
  );
}
