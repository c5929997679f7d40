import { readdir, readFile, realpath, stat } from 'node:fs/promises';
import { join, relative } from 'node:path';
import ignore, { type Ignore } from 'ignore';
import { reasonOf } from '../output/reason-of.js';
import type { ConfigFault } from './entry.js';

export interface FoundFiles {
  files: string[];
  /** Skipped paths, and why: `monitoring/.archive: …`. */
  skipped: string[];
}

const YAML_FILE = /\.ya?ml$/i;

/** Lock files of Emacs, which are links to nowhere, and the extra files of macOS on other file systems. */
const NO_TEXT = /^\.[#_]/;

/** Versions of a mounted ConfigMap, to which the files beside them link, and the directories of version control. */
const SKIPPED_SILENTLY = /^(\.\..*|\.git|\.hg|\.svn)$/;

export const IGNORE_FILE = '.9voltignore';

/**
 * Every `.yaml` and `.yml` file below a directory, each once, whatever links lead to it, in the order of their names. Skips
 * directories that begin with a dot, leftovers of editors, and everything that `exclude` or the directory's `.9voltignore` match,
 * in the syntax of a `.gitignore`. An unreadable path is a fault.
 */
export async function findFiles(
  directory: string,
  faults: ConfigFault[],
  exclude: readonly string[] = [],
): Promise<FoundFiles> {
  const search = new Search(directory, faults, ignore().add([...exclude]));
  await search.heedIgnoreFile();
  await search.into(directory);
  return { files: search.files, skipped: search.skipped };
}

class Search {
  readonly files: string[] = [];
  readonly skipped: string[] = [];
  private readonly visited = new Set<string>();

  constructor(
    private readonly root: string,
    private readonly faults: ConfigFault[],
    private readonly excluded: Ignore,
  ) {}

  async heedIgnoreFile(): Promise<void> {
    const path = join(this.root, IGNORE_FILE);
    try {
      this.excluded.add(await readFile(path, 'utf8'));
    } catch (error) {
      if (!isAbsent(error)) this.cannotRead(path, error);
    }
  }

  async into(directory: string): Promise<void> {
    try {
      if (await this.isKnown(directory)) return;
      for (const name of (await readdir(directory)).sort()) await this.look(join(directory, name), name);
    } catch (error) {
      this.cannotRead(directory, error);
    }
  }

  private async look(path: string, name: string): Promise<void> {
    const isYaml = YAML_FILE.test(name);
    if (NO_TEXT.test(name) || this.isExcluded(path)) return;
    const about = await stat(path).catch((error: unknown) => {
      if (isYaml) this.cannotRead(path, error);
    });
    if (about?.isDirectory()) {
      if (this.isExcluded(`${path}/`)) return;
      if (!name.startsWith('.')) await this.into(path);
      else if (!SKIPPED_SILENTLY.test(name)) this.skipped.push(`${path}: its name starts with a dot`);
    } else if (about && isYaml) {
      // Reading a pipe or a device could take for ever.
      if (!about.isFile()) this.faults.push({ file: path, message: 'cannot read it: it is not a regular file' });
      else if (!(await this.isKnown(path))) this.files.push(path);
    }
  }

  /** Whether another link has led here; from now on one has. */
  private async isKnown(path: string): Promise<boolean> {
    const real = await realpath(path);
    const known = this.visited.has(real);
    this.visited.add(real);
    return known;
  }

  private isExcluded(path: string): boolean {
    // Patterns have forward slashes; a slash at the end means a directory.
    const inside = relative(this.root, path) + (path.endsWith('/') ? '/' : '');
    return this.excluded.ignores(inside);
  }

  private cannotRead(file: string, error: unknown): void {
    const wanted = file === this.root && codeOf(error) === 'ENOTDIR' ? '; name the directory that contains it' : '';
    this.faults.push({ file, message: `cannot read it: ${reasonOf(error)}${wanted}` });
  }
}

function isAbsent(error: unknown): boolean {
  return ['ENOENT', 'ENOTDIR'].includes(codeOf(error) ?? '');
}

function codeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException).code;
}
