import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { productionPackages } from './production-packages.mjs';
import { isRunFile, isRunPackage, isRunPart } from './shipped.mjs';

/** The places of the workspace's projects in the package; other packages keep the place that npm gave them. */
const OWN_SCOPE = 'node_modules/@9volt';

/** Parts of docs/ that nobody reads as files: pictures, and the site, which the package has as @9volt/docs. */
const NOT_READ = new Set(['images', 'dist', 'node_modules', '.vitepress', 'package.json']);

/**
 * Lays out the shipped package: `9volt` with its own built projects, and all of their dependencies in the versions of the lock
 * file.
 */
export function stagePackage(root) {
  const parent = join(root, 'dist', 'stage');
  const name = 'package';
  const stage = join(parent, name);
  rmSync(parent, { recursive: true, force: true });
  mkdirSync(join(stage, 'bin'), { recursive: true });

  const { own, others } = productionPackages(root);
  const commit = headOf(root);
  for (const dir of own) stageOwn(root, dir, stage, commit);
  for (const path of others.filter(isRunPackage)) {
    const from = join(root, path);
    cpSync(from, join(stage, placeOf(path)), { recursive: true, filter: (part) => isRunPart(from, part) });
  }

  const { version, license, engines, description } = manifestOf(root, 'apps/cli');
  const bundled = { '@9volt/cli': version, '@9volt/ui': version, '@9volt/docs': version };
  writeJson(join(stage, 'package.json'), {
    name: '9volt',
    version,
    description,
    license,
    type: 'module',
    bin: { '9volt': 'bin/9volt.mjs' },
    engines,
    dependencies: bundled,
    bundleDependencies: Object.keys(bundled),
  });
  writeFileSync(
    join(stage, 'bin', '9volt.mjs'),
    `#!/usr/bin/env node\nimport '../${OWN_SCOPE}/cli/dist/bundle/main.js';\n`,
    {
      mode: 0o755,
    },
  );
  // Files that an operator reads and copies where there is no checkout.
  for (const part of ['LICENSE', 'SECURITY.md', 'docs', 'etcd', 'systemd']) {
    cpSync(join(root, part), join(stage, part), { recursive: true, filter: (path) => !NOT_READ.has(basename(path)) });
  }
  return { parent, name, version };
}

/** The runnable parts of one of our projects. */
function stageOwn(root, dir, stage, commit) {
  const place = join(stage, placeOf(dir));
  const { version, license, type, exports, dependencies } = manifestOf(root, dir);
  cpSync(join(root, dir, 'dist'), join(place, 'dist'), {
    recursive: true,
    filter: (path) => isRunFile(path) && basename(path) !== 'testing',
  });
  writeJson(join(place, 'package.json'), {
    name: `@9volt/${basename(dir)}`,
    version,
    license,
    type,
    exports,
    // The dashboard's packages are in its bundle already.
    dependencies: dir === 'apps/ui' ? {} : dependencies,
    ...(commit ? { gitHead: commit } : {}),
  });
}

/** `libs/alerters/node_modules/axios` → `node_modules/@9volt/alerters/node_modules/axios`. */
function placeOf(path) {
  return path === 'docs' ? `${OWN_SCOPE}/docs` : path.replace(/^(?:apps|libs)\//, `${OWN_SCOPE}/`);
}

/** If there is no repository, such as in an image, the caller passes the commit. */
function headOf(root) {
  if (process.env.SOURCE_COMMIT) return process.env.SOURCE_COMMIT;
  const git = spawnSync('git', ['rev-parse', '--short', 'HEAD'], { cwd: root, encoding: 'utf8' });
  return git.status === 0 ? git.stdout.trim() : undefined;
}

function manifestOf(root, dir) {
  return JSON.parse(readFileSync(join(root, dir, 'package.json'), 'utf8'));
}

function writeJson(file, value) {
  writeFileSync(file, `${JSON.stringify(value, undefined, 2)}\n`);
}
