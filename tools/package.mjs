// `npm run package`: everything built, in one file that `npm i -g <file>` installs without asking a registry.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { build } from './build.mjs';
import { secondsSince, step } from './console.mjs';
import { stagePackage } from './package/stage-package.mjs';
import { ensureDependencies } from './setup/dependencies.mjs';

const root = join(import.meta.dirname, '..');

try {
  ensureDependencies(root);
  build(root);
  const startedAt = Date.now();
  const { parent, name, version } = stagePackage(root);
  const file = join(root, 'dist', `9volt-${version}.tgz`);
  // Not `npm pack`: it would omit what npm itself put into a nested node_modules.
  const tar = spawnSync('tar', ['-czf', file, '-C', parent, '--owner=0', '--group=0', name], { encoding: 'utf8' });
  if (tar.status !== 0) throw new Error(`tar failed: ${tar.error?.message ?? tar.stderr}`);
  step('package', `${file} in ${secondsSince(startedAt)}`);
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
