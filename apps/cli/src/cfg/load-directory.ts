import { readFile } from 'node:fs/promises';
import { reasonOf } from '../output/reason-of.js';
import { type ConfigFault, type Entry, KINDS } from './entry.js';
import { findFiles } from './find-files.js';
import { parseFile } from './parse-file.js';

export interface Loaded {
  /** Number of files that were read and are ours. */
  files: number;
  entries: Entry[];
  faults: ConfigFault[];
  /** Paths that were skipped without a request, and why. */
  skipped: string[];
}

export interface LoadOptions {
  /** A file without any entry of ours is a fault. */
  strict?: boolean;
  /** Patterns of files and directories to skip, as in a `.gitignore`. */
  exclude?: readonly string[];
}

/**
 * Reads every `.yaml` and `.yml` file below a directory. It skips nothing silently: an unreadable or invalid file, an unknown
 * attribute at the top of one of our files, or a repeated name is a fault, and other YAML files are named.
 */
export async function loadDirectory(
  directory: string,
  { strict = false, exclude = [] }: LoadOptions = {},
): Promise<Loaded> {
  const faults: ConfigFault[] = [];
  const { files, skipped } = await findFiles(directory, faults, exclude);
  const entries: Entry[] = [];
  let others = 0;
  for (const file of files) {
    try {
      const parsed = parseFile(file, await readFile(file), faults, strict);
      entries.push(...parsed.entries);
      if (parsed.ours) continue;
      others += 1;
      skipped.push(`${file}: it has no ${KINDS.map((kind) => `"${kind}"`).join(' and no ')} at the top`);
    } catch (error) {
      faults.push({ file, message: `cannot read it: ${reasonOf(error)}` });
    }
  }
  return { files: files.length - others, entries: withoutDuplicates(entries, faults), faults, skipped };
}

function withoutDuplicates(entries: Entry[], faults: ConfigFault[]): Entry[] {
  const first = new Map<string, Entry>();
  for (const entry of entries) {
    const known = first.get(`${entry.kind}/${entry.name}`);
    if (known) {
      faults.push({
        file: entry.file,
        line: entry.line,
        place: entry.placeOf([]),
        path: `/${entry.kind}/${entry.name}`,
        message: `${entry.kind} "${entry.name}" appears twice; first in ${known.file}${known.line === undefined ? '' : `:${known.line}`}`,
      });
    } else {
      first.set(`${entry.kind}/${entry.name}`, entry);
    }
  }
  return [...first.values()];
}
