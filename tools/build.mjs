import { spawnSync } from 'node:child_process';
import { secondsSince, step } from './console.mjs';

/** Builds the command, the dashboard and everything that they need; unchanged parts come out of the cache. */
export function build(root) {
  const startedAt = Date.now();
  const nx = spawnSync(process.execPath, ['node_modules/.bin/nx', 'run-many', '-t', 'build', '-p', 'cli'], {
    cwd: root,
    encoding: 'utf8',
    env: { ...process.env, NX_TUI: 'false', FORCE_COLOR: '0' },
  });
  if (nx.status !== 0) throw new Error(`The build failed:\n${nx.error?.message ?? `${nx.stdout}${nx.stderr}`.trim()}`);
  step('build', `done in ${secondsSince(startedAt)}`);
}
