import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { secondsSince, step } from '../console.mjs';

/**
 * Runs `npm ci` unless node_modules already holds what the lock file asks for. npm writes its own copy of the lock as
 * its last act, so an interrupted installation counts as none.
 */
export function ensureDependencies(root) {
  if (isInstalled(root)) return;
  step('dependencies', 'npm ci (about a minute the first time) …');
  const startedAt = Date.now();
  const npm = spawnSync(
    'npm',
    ['ci', '--include=dev', '--no-progress', '--no-fund', '--no-audit', '--loglevel=error'],
    {
      cwd: root,
      encoding: 'utf8',
    },
  );
  if (npm.status !== 0) {
    const reason = npm.error?.message ?? `${npm.stdout}${npm.stderr}`.trim();
    throw new Error(`npm ci failed:\n${reason}`);
  }
  step('dependencies', `installed in ${secondsSince(startedAt)}`);
}

function isInstalled(root) {
  const wanted = packagesIn(join(root, 'package-lock.json'));
  const present = packagesIn(join(root, 'node_modules', '.package-lock.json'));
  return Object.entries(wanted).every(([path, { version, integrity, optional, devOptional, link }]) => {
    if (!path.includes('node_modules/')) return true; // the workspace's own projects
    if (!present[path]) return optional || devOptional; // made for another platform
    if (link) return existsSync(join(root, path));
    return (
      present[path].version === version &&
      present[path].integrity === integrity &&
      existsSync(join(root, path, 'package.json'))
    );
  });
}

function packagesIn(lockFile) {
  try {
    return JSON.parse(readFileSync(lockFile, 'utf8')).packages;
  } catch {
    return {};
  }
}
