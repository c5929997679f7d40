import { join } from 'node:path';
import { runStage } from '../process/run-stage.mjs';

const minute = 60_000;

/** Set-up counts only when it fails. */
export function setUp(report, name, prepare) {
  const startedAt = Date.now();
  try {
    prepare();
    return true;
  } catch (error) {
    report.add({ name, startedAt, passed: 0, failed: 1, output: error.message });
    return false;
  }
}

/** Runs one of the installed tools, which passes or fails as a whole. */
export async function runTool(root, report, name, command, args) {
  const startedAt = Date.now();
  const { code, output, timedOut, leftBehind } = await runStage(join(root, 'node_modules/.bin', command), args, {
    cwd: root,
    timeoutMs: 10 * minute,
  });
  const failed = code === 0 ? 0 : 1;
  report.add({
    name,
    startedAt,
    passed: 1 - failed,
    failed,
    output: timedOut ? `${output}\ndid not end in time` : output,
  });
  printLeftBehind(leftBehind);
}

export function printLeftBehind(leftBehind) {
  for (const command of leftBehind) console.log(`      left behind, now killed: ${command}`);
}
