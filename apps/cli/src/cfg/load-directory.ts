import { readdir, readFile, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf, nearest } from '@9volt/contracts';
import { isMap, isScalar, LineCounter, parseAllDocuments, type YAMLMap } from 'yaml';
import type { ConfigFault, Entry, Kind } from './entry.js';

export interface Loaded {
  files: number;
  entries: Entry[];
  faults: ConfigFault[];
}

const YAML_FILE = /\.ya?ml$/;
const KINDS: readonly Kind[] = ['monitor', 'alerter'];

/**
 * Reads every `.yaml` and `.yml` file below a directory. Nothing is skipped silently: a file that cannot be read or parsed, an
 * unknown top-level attribute or a name given twice is a fault. Top-level attributes that start with `x-` are the author's own,
 * for anchors.
 */
export async function loadDirectory(directory: string): Promise<Loaded> {
  const faults: ConfigFault[] = [];
  const files = await findFiles(directory, faults, new Set());
  const entries: Entry[] = [];
  for (const file of files) {
    try {
      entries.push(...parseFile(file, await readFile(file, 'utf8'), faults));
    } catch (error) {
      faults.push({ file, message: `cannot be read: ${messageOf(error)}` });
    }
  }
  return { files: files.length, entries: withoutDuplicates(entries, faults), faults };
}

async function findFiles(directory: string, faults: ConfigFault[], visited: Set<string>): Promise<string[]> {
  const found: string[] = [];
  try {
    const real = await realpath(directory);
    if (visited.has(real)) return [];
    visited.add(real);
    for (const name of (await readdir(directory)).sort()) {
      const path = join(directory, name);
      const about = await stat(path).catch((error: unknown) => {
        if (YAML_FILE.test(name)) faults.push({ file: path, message: `cannot be read: ${messageOf(error)}` });
        return undefined;
      });
      if (about?.isDirectory()) found.push(...(await findFiles(path, faults, visited)));
      else if (about && YAML_FILE.test(name)) found.push(path);
    }
  } catch (error) {
    faults.push({ file: directory, message: `cannot be read: ${messageOf(error)}` });
  }
  return found;
}

/** The entries of one file; faults are appended. */
export function parseFile(file: string, text: string, faults: ConfigFault[]): Entry[] {
  const lines = new LineCounter();
  const entries: Entry[] = [];
  for (const document of parseAllDocuments(text, { lineCounter: lines, merge: true, prettyErrors: false })) {
    const lineAt = (offset: number | undefined): number | undefined =>
      offset === undefined ? undefined : lines.linePos(offset).line;
    const problems = [...document.errors, ...document.warnings];
    for (const problem of problems) faults.push({ file, line: lineAt(problem.pos[0]), message: problem.message });
    if (problems.length > 0 || document.contents === null) continue;
    if (!isMap(document.contents)) {
      faults.push({
        file,
        line: lineAt(document.contents.range?.[0]),
        message: 'expected a map with "monitor" or "alerter" at the top',
      });
      continue;
    }
    let plain: Record<string, unknown>;
    try {
      plain = document.toJS() as Record<string, unknown>;
    } catch (error) {
      faults.push({ file, message: messageOf(error) });
      continue;
    }
    for (const { key, value } of document.contents.items) {
      const name = isScalar(key) ? String(key.value) : '';
      const line = isScalar(key) ? lineAt(key.range?.[0]) : undefined;
      if (name.startsWith('x-')) continue;
      const kind = KINDS.find((known) => known === name);
      if (!kind) {
        const meant = nearest(name, KINDS);
        faults.push({
          file,
          line,
          message: `unknown attribute "${name}" at the top; ${meant ? `did you mean "${meant}"?` : 'expected "monitor" or "alerter"'}`,
        });
      } else if (isMap(value)) {
        entries.push(...entriesOf(kind, file, value, plain[kind] as Record<string, unknown>, lineAt));
      } else if (!(isScalar(value) && value.value === null) && value !== null) {
        faults.push({ file, line, path: `/${kind}`, message: `expected a map from names to ${kind}s` });
      }
    }
  }
  return entries;
}

function entriesOf(
  kind: Kind,
  file: string,
  map: YAMLMap,
  plain: Record<string, unknown>,
  lineAt: (offset: number | undefined) => number | undefined,
): Entry[] {
  const nodes = new Map(map.items.map((pair) => [isScalar(pair.key) ? String(pair.key.value) : '', pair]));
  return Object.entries(plain).map(([name, raw]) => {
    const pair = nodes.get(name);
    const line = isScalar(pair?.key) ? lineAt(pair.key.range?.[0]) : undefined;
    const lineOf = (path: readonly string[]): number | undefined => {
      // The key of the innermost attribute that is there.
      let at: unknown = pair?.value;
      let best = line;
      for (const segment of path) {
        if (!isMap(at)) break;
        const inner = at.items.find((item) => isScalar(item.key) && String(item.key.value) === segment);
        if (!inner || !isScalar(inner.key)) break;
        best = lineAt(inner.key.range?.[0]) ?? best;
        at = inner.value;
      }
      return best;
    };
    return { kind, name, raw, file, line, lineOf };
  });
}

function withoutDuplicates(entries: Entry[], faults: ConfigFault[]): Entry[] {
  const first = new Map<string, Entry>();
  for (const entry of entries) {
    const known = first.get(`${entry.kind}/${entry.name}`);
    if (known) {
      faults.push({
        file: entry.file,
        line: entry.line,
        path: `/${entry.kind}/${entry.name}`,
        message: `${entry.kind} "${entry.name}" is given twice; first in ${known.file}${known.line === undefined ? '' : `:${known.line}`}`,
      });
    } else {
      first.set(`${entry.kind}/${entry.name}`, entry);
    }
  }
  return [...first.values()];
}
