// `npm run bench:api`, `npm run screenshots` and the like: all the set-up, then a script of this repository or `task <name>`, one of e2e/tasks, with
// the arguments given.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { build } from './build.mjs';
import { ensureDebianPackages, toolPath } from './setup/debian.mjs';
import { ensureDependencies } from './setup/dependencies.mjs';
import { benchNeeds } from './setup/test-needs.mjs';

const root = join(import.meta.dirname, '..');
const [script, ...args] = process.argv.slice(2);

try {
  ensureDependencies(root);
  ensureDebianPackages(benchNeeds);
  build(root);
  const [command, given] =
    script === 'task'
      ? ['npm', ['run', 'task', '-w', '@9volt/e2e', '--', ...args]]
      : [process.execPath, [script, ...args]];
  const { status } = spawnSync(command, given, {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, PATH: toolPath() },
  });
  process.exitCode = status ?? 1;
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
