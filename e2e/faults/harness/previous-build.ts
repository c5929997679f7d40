import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
/** The shipped directories; a commit that changed none of them has the same build as the one before. */
const PRODUCT = ['apps/api/src', 'apps/cli/src', 'apps/scheduler/src', 'apps/worker/src', 'libs/*/src'];
const WORKSPACES = ['apps', 'libs'];

export interface PreviousCommit {
  commit: string;
  subject: string;
}

/** The commit from which the upgrade starts; the reason if it cannot be found. `TEST_PREVIOUS` names another one. */
export function previousCommit(): PreviousCommit | { reason: string } {
  try {
    const named = process.env['TEST_PREVIOUS'];
    // Uncommitted changes count, too.
    const isChanged = git('status', '--porcelain', '--', ...PRODUCT) !== '';
    const latest = git('log', '-1', '--format=%H', '--', ...PRODUCT);
    const from = named ?? (isChanged ? 'HEAD' : `${latest}~1`);
    const found = git('log', '-1', '--format=%H %s', from, ...(named ? [] : ['--', ...PRODUCT]));
    const [commit = '', ...subject] = found.split(' ');
    return commit === '' ? { reason: 'the history has no earlier commit' } : { commit, subject: subject.join(' ') };
  } catch {
    return { reason: 'there is no git history to build an earlier commit from' };
  }
}

/** The commit before the one that added a file, for what an older build makes of newer data. */
export function commitBefore(path: string): PreviousCommit | { reason: string } {
  try {
    const added = git('log', '--diff-filter=A', '-1', '--format=%H', '--', path);
    const [commit = '', ...subject] = git('log', '-1', '--format=%H %s', `${added}~1`).split(' ');
    return { commit, subject: subject.join(' ') };
  } catch {
    return { reason: `there is no git history from before ${path}` };
  }
}

/** Builds a commit in a directory of its own, with the installed packages. Answers its command; builds once. */
export function buildOf({ commit }: PreviousCommit): string {
  const dir = join(ROOT, 'tmp', 'previous', commit);
  const main = join(dir, 'apps/cli/dist/main.js');
  const done = join(dir, '.built');
  if (existsSync(done)) return main;
  rmSync(dir, { recursive: true, force: true });
  mkdirSync(dir, { recursive: true });
  const archive = execFileSync('git', ['archive', commit], { cwd: ROOT, maxBuffer: 2 ** 30 });
  execFileSync('tar', ['-x', '-C', dir], { input: archive });
  linkPackages(dir);
  try {
    execFileSync(process.execPath, [join(ROOT, 'node_modules/typescript/bin/tsc'), '-b', 'apps/cli'], {
      cwd: dir,
      encoding: 'utf8',
      stdio: 'pipe',
    });
  } catch (error) {
    throw new Error(`${commit} does not build here: ${(error as { stdout: string }).stdout}`, { cause: error });
  }
  writeFileSync(done, '');
  return main;
}

/**
 * Its own projects import each other; everything else is found in the parent directories, or beside the project with its own
 * version.
 */
function linkPackages(dir: string): void {
  const scope = join(dir, 'node_modules/@9volt');
  mkdirSync(scope, { recursive: true });
  // tsconfig.base.json finds the types of some of its modules by their path.
  symlinkSync(join(ROOT, 'node_modules/class-validator'), join(dir, 'node_modules/class-validator'));
  for (const group of WORKSPACES) {
    for (const project of readdirSync(join(dir, group))) {
      symlinkSync(join(dir, group, project), join(scope, project));
      const nested = join(ROOT, group, project, 'node_modules');
      if (existsSync(nested)) symlinkSync(nested, join(dir, group, project, 'node_modules'));
    }
  }
}

function git(...args: string[]): string {
  return execFileSync('git', args, { cwd: ROOT, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
}
