// `npm start`: all the set-up, then `9volt up` with the arguments given.
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { join } from 'node:path';
import { build } from './build.mjs';
import { forwardSignals } from './process/forward-signals.mjs';
import { ensureDependencies } from './setup/dependencies.mjs';
import { ensureEtcd } from './setup/etcd.mjs';

const root = join(import.meta.dirname, '..');
const args = process.argv.slice(2);

try {
  ensureDependencies(root);
  ensureEtcd(args);
  build(root);
  process.exitCode = await up();
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}

/**
 * In a process group of its own, so that Ctrl-C reaches it once, through us, and never ends npm while it still cleans up.
 */
function up() {
  const child = spawn(process.execPath, [join(root, 'apps/cli/dist/bundle/main.js'), 'up', ...args], {
    cwd: root,
    stdio: 'inherit',
    detached: true,
  });
  forwardSignals((signal) => child.kill(signal));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code, signal) => resolve(code ?? 128 + constants.signals[signal]));
  });
}
