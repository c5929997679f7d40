import { spawnSync } from 'node:child_process';
import { realpathSync } from 'node:fs';
import { relative, sep } from 'node:path';

/** The API serves the files of the dashboard and of the documents; nothing imports them. */
const SERVED = ['apps/ui', 'docs'];

/**
 * The packages that the command needs at run time: the directories of our own projects, and those that npm installed, relative to
 * the root. npm itself lists them.
 */
export function productionPackages(root) {
  const npm = spawnSync('npm', ['ls', '--workspace', '9volt', '--omit=dev', '--all', '--parseable'], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 16 * 1_048_576,
  });
  const paths = npm.stdout
    .split('\n')
    .filter((line) => line.startsWith(root + sep))
    .map((line) => relative(realpathSync(root), realpathSync(line)))
    .filter((path) => path !== '');
  const isOwn = (path) => !path.includes('node_modules');
  const own = [...new Set([...paths.filter(isOwn), ...SERVED])];
  if (!own.includes('apps/cli')) throw new Error(`npm ls does not know the command:\n${npm.stderr}`);
  return { own, others: [...new Set(paths.filter((path) => !isOwn(path)))] };
}
