import { it } from '@jest/globals';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Whether every test must run (`npm run test:deploy`), or those that this machine has the tools for (`npm test`). */
const provesAll = process.env['TEST_DEPLOY'] === '1';

/**
 * `it` if all these commands are on the PATH. If one is missing, the test is skipped, and its name says which; in `npm run
 * test:deploy` it runs all the same, and fails.
 */
export function given(
  ...commands: string[]
): (name: string, test: () => Promise<void> | void, timeoutMs?: number) => void {
  const missing = commands.filter((command) => !isOnPath(command));
  if (missing.length === 0 || provesAll) return it;
  return (name, test, timeoutMs) => it.skip(`${name} (not shown: no ${missing.join(', ')})`, test, timeoutMs);
}

function isOnPath(command: string): boolean {
  return (process.env['PATH'] ?? '').split(delimiter).some((dir) => {
    try {
      accessSync(join(dir, command), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
