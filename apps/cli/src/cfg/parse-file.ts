import { messageOf, nearest } from '@9volt/contracts';
import { type Document, isMap, isScalar, LineCounter, parseAllDocuments, type ParsedNode, type YAMLMap } from 'yaml';
import { type ConfigFault, type Entry, type Kind, KINDS } from './entry.js';
import { utf8Fault } from './utf8-fault.js';
import { nameAsWritten, NoValue, offsetOf, YamlValues } from './yaml-value.js';

export interface ParsedFile {
  entries: Entry[];
  /** Whether it is meant for 9volt: none of its documents says anything, or one has a kind of entry at its top. */
  ours: boolean;
}

type LineAt = (offset: number | undefined) => number | undefined;

const EXPECTED = `expected ${KINDS.map((kind) => `"${kind}"`).join(' or ')}`;

/**
 * The entries of one file; faults are appended. Of a file that is not ours there are neither, unless `strict`. Attributes at the top that begin
 * with `x-` are the author's own, for anchors.
 */
export function parseFile(file: string, bytes: Buffer, faults: ConfigFault[], strict = false): ParsedFile {
  const encoding = utf8Fault(bytes);
  if (encoding) {
    faults.push({ file, ...encoding });
    return { entries: [], ours: true };
  }
  const lines = new LineCounter();
  const lineAt: LineAt = (offset) => (offset === undefined ? undefined : lines.linePos(offset).line);
  let documents: Document.Parsed[];
  try {
    // Names are judged as they are written, not by what YAML makes of them.
    const options = { lineCounter: lines, merge: true, prettyErrors: false, uniqueKeys: false };
    documents = [...parseAllDocuments(bytes.toString('utf8'), options)];
  } catch (error) {
    // Of what is nested too deeply for the parser.
    faults.push({ file, message: `cannot parse it: ${messageOf(error)}` });
    return { entries: [], ours: true };
  }
  const broken = documents.flatMap(({ errors }) => errors);
  const ours = strict || broken.length > 0 || isOurs(documents);
  if (!ours) return { entries: [], ours };

  const values = new YamlValues();
  const entries = documents.flatMap((document) => {
    const problems = [...document.errors, ...document.warnings];
    for (const problem of problems) faults.push({ file, line: lineAt(problem.pos[0]), message: problem.message });
    if (problems.length > 0 || isEmpty(document)) return [];
    try {
      return entriesOf(file, document, values, lineAt, faults);
    } catch (error) {
      if (!(error instanceof NoValue)) throw error;
      faults.push({ file, line: lineAt(error.offset), message: error.message });
      return [];
    }
  });
  return { entries, ours };
}

function isEmpty({ contents }: Document.Parsed): boolean {
  return contents === null || (isScalar(contents) && contents.value === null);
}

/** A misspelt kind is ours too: skipped, its entries would be taken for removed. */
function isOurs(documents: readonly Document.Parsed[]): boolean {
  const said = documents.filter((document) => !isEmpty(document));
  const names = said.flatMap(({ contents }) =>
    isMap(contents) ? contents.items.map(({ key }) => nameAsWritten(key)) : [undefined],
  );
  const isKind = (name: string | undefined): boolean =>
    name !== undefined && (isOneOf(name) || meantKind(name) !== undefined);
  return names.some(isKind) || names.every((name) => name?.startsWith('x-'));
}

function isOneOf(name: string): name is Kind {
  return (KINDS as readonly string[]).includes(name);
}

/** The kind that a name is nearly, such as `monitors`; `monitoring` is something else. */
function meantKind(name: string): string | undefined {
  const kind = nearest(name, KINDS);
  return kind !== undefined && Math.abs(kind.length - name.length) <= 1 ? kind : undefined;
}

function entriesOf(
  file: string,
  { contents }: Document.Parsed,
  values: YamlValues,
  lineAt: LineAt,
  faults: ConfigFault[],
): Entry[] {
  if (!isMap<ParsedNode>(contents)) {
    faults.push({
      file,
      line: lineAt(offsetOf(contents)),
      message: `expected a map with ${EXPECTED.slice('expected '.length)} at the top`,
    });
    return [];
  }
  const plain = values.of(contents) as Record<string, unknown>;
  return contents.items.flatMap(({ key, value }) => {
    const name = nameAsWritten(key) ?? '';
    const line = lineAt(offsetOf(key));
    if (name.startsWith('x-')) return [];
    if (!isOneOf(name)) {
      const meant = meantKind(name);
      faults.push({
        file,
        line,
        message: `unknown attribute "${name}" at the top; ${meant ? `did you mean "${meant}"?` : EXPECTED}`,
      });
      return [];
    }
    const named = plain[name];
    if (named === null) return [];
    if (typeof named === 'object' && !Array.isArray(named)) {
      return entriesOfKind(name, file, isMap(value) ? value : undefined, named, lineAt, line);
    }
    faults.push({ file, line, path: `/${name}`, message: `expected a map from names to ${name}s` });
    return [];
  });
}

function entriesOfKind(
  kind: Kind,
  file: string,
  map: YAMLMap | undefined,
  plain: object | undefined,
  lineAt: LineAt,
  kindLine: number | undefined,
): Entry[] {
  const nodes = new Map((map?.items ?? []).map((pair) => [nameAsWritten(pair.key), pair]));
  return Object.entries(plain ?? {}).map(([name, raw]) => {
    const pair = nodes.get(name);
    // What comes from an alias or a merge has no line of its own.
    const line = lineAt(offsetOf(pair?.key)) ?? kindLine;
    const lineOf = (path: readonly string[]): number | undefined => {
      // The key of the innermost attribute that is there.
      let at: unknown = pair?.value;
      let best = line;
      for (const segment of path) {
        if (!isMap(at)) break;
        const inner = at.items.find((item) => nameAsWritten(item.key) === segment);
        if (!inner) break;
        best = lineAt(offsetOf(inner.key)) ?? best;
        at = inner.value;
      }
      return best;
    };
    return { kind, name, raw, file, line, lineOf };
  });
}
