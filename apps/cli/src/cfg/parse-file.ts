import { isPlainObject, messageOf, nearest } from '@9volt/contracts';
import {
  type Document,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  parseAllDocuments,
  type ParsedNode,
  type YAMLMap,
} from 'yaml';
import { type ConfigFault, type Entry, type Kind, KINDS, type Place, PLURALS } from './entry.js';
import { quickValues } from './quick-values.js';
import { utf8Fault } from './utf8-fault.js';
import { lengthOf, nameAsWritten, NoValue, offsetOf, YamlValues } from './yaml-value.js';

export interface ParsedFile {
  entries: Entry[];
  /** Whether it is meant for 9volt: all of its documents are empty, or one has a kind of entry at its top. */
  ours: boolean;
}

type PlaceAt = (offset: number | undefined, length?: number) => Place | undefined;

const EXPECTED = `expected ${KINDS.map((kind) => `"${kind}"`).join(' or ')}`;

/**
 * The entries of one file; appends faults. A file that is not ours has neither, unless `strict`. Attributes at the top that begin
 * with `x-` belong to the author, for anchors.
 */
export function parseFile(file: string, bytes: Buffer, faults: ConfigFault[], strict = false): ParsedFile {
  const encoding = utf8Fault(bytes);
  if (encoding) {
    faults.push({ file, ...encoding });
    return { entries: [], ours: true };
  }
  const text = bytes.toString('utf8');
  return quickly(file, text) ?? parseWhole(file, text, faults, strict);
}

/** Entries of a file without anything unusual, without positions; undefined for every other file. */
function quickly(file: string, text: string): ParsedFile | undefined {
  const found = quickValues(text);
  if (!found || !isPlainObject(found.value)) return undefined;
  const top = Object.entries(found.value);
  const kinds = top.filter(([name]) => !name.startsWith('x-'));
  if (kinds.length === 0 || !kinds.every(([name, value]) => isOneOf(name) && (value === null || isPlainObject(value))))
    return undefined;
  let whole: Map<string, Entry> | undefined;
  const placed = (kind: Kind, name: string): Entry | undefined => {
    whole ??= new Map(parseWhole(file, text, [], true).entries.map((entry) => [`${entry.kind}/${entry.name}`, entry]));
    return whole.get(`${kind}/${name}`);
  };
  const entries = kinds.flatMap(([kind, named]) =>
    Object.entries(named ?? {}).map(([name, raw]) => ({
      kind: kind as Kind,
      name,
      raw: raw as unknown,
      file,
      get line() {
        return placed(this.kind, name)?.line;
      },
      placeOf(path: readonly string[]) {
        return placed(this.kind, name)?.placeOf(path);
      },
    })),
  );
  return { entries, ours: true };
}

function parseWhole(file: string, text: string, faults: ConfigFault[], strict: boolean): ParsedFile {
  const lines = new LineCounter();
  let texts: string[] | undefined;
  const placeAt: PlaceAt = (offset, length = 1) => {
    if (offset === undefined) return undefined;
    const { line, col } = lines.linePos(offset);
    texts ??= text.split('\n');
    return { line, column: col, length, text: texts[line - 1] ?? '' };
  };
  const lineAt = (offset: number | undefined): Pick<ConfigFault, 'line' | 'place'> => {
    const place = placeAt(offset);
    return { line: place?.line, place };
  };
  let documents: Document.Parsed[];
  try {
    // Names are judged as they are written, not as YAML parses them.
    const options = { lineCounter: lines, merge: true, prettyErrors: false, uniqueKeys: false };
    documents = [...parseAllDocuments(text, options)];
  } catch (error) {
    // For nesting that is too deep for the parser.
    faults.push({ file, message: parserWords(messageOf(error)) });
    return { entries: [], ours: true };
  }
  const broken = documents.flatMap(({ errors }) => errors);
  const ours = strict || broken.length > 0 || isOurs(documents);
  if (!ours) return { entries: [], ours };

  const values = new YamlValues();
  const entries = documents.flatMap((document) => {
    const problems = [...document.errors, ...document.warnings];
    // What follows in the same line comes from the first one.
    const found = problems.map(({ pos, message }) => ({ ...lineAt(pos[0]), message: parserWords(message) }));
    for (const [n, { line, place, message }] of found.entries())
      if (line === undefined || found.findIndex((one) => one.line === line) === n)
        faults.push({ file, line, place, message });
    if (problems.length > 0 || isEmpty(document)) return [];
    try {
      return entriesOf(file, document, values, placeAt, faults);
    } catch (error) {
      if (!(error instanceof NoValue)) throw error;
      faults.push({ file, ...lineAt(error.offset), message: error.message });
      return [];
    }
  });
  return { entries, ours };
}

/** The parser is recursive. */
function parserWords(message: string): string {
  return /call stack/i.test(message) ? 'it is nested too deeply to be parsed' : message;
}

function isEmpty({ contents }: Document.Parsed): boolean {
  return contents === null || (isScalar(contents) && contents.value === null);
}

/** A misspelt kind is ours, too: if it were skipped, its entries would seem removed. */
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

/** The kind that a name resembles, such as `monitors`; `monitoring` is something else. */
function meantKind(name: string): string | undefined {
  const kind = nearest(name, KINDS);
  return kind !== undefined && Math.abs(kind.length - name.length) <= 1 ? kind : undefined;
}

function entriesOf(
  file: string,
  { contents }: Document.Parsed,
  values: YamlValues,
  placeAt: PlaceAt,
  faults: ConfigFault[],
): Entry[] {
  if (!isMap<ParsedNode>(contents)) {
    faults.push({
      file,
      line: placeAt(offsetOf(contents))?.line,
      place: placeAt(offsetOf(contents)),
      message: `expected a map with ${EXPECTED.slice('expected '.length)} at the top`,
    });
    return [];
  }
  const plain = values.of(contents) as Record<string, unknown>;
  return contents.items.flatMap(({ key, value }) => {
    const name = nameAsWritten(key) ?? '';
    const place = placeAt(offsetOf(key), lengthOf(key));
    const line = place?.line;
    if (name.startsWith('x-')) return [];
    if (!isOneOf(name)) {
      const meant = meantKind(name);
      faults.push({
        file,
        line,
        place,
        message: `unknown attribute "${name}" at the top; ${meant ? `did you mean "${meant}"?` : EXPECTED}`,
      });
      return [];
    }
    const named = plain[name];
    if (named === null) return [];
    if (typeof named === 'object' && !Array.isArray(named)) {
      return entriesOfKind(name, file, isMap(value) ? value : undefined, named, placeAt, place);
    }
    faults.push({ file, line, place, path: `/${name}`, message: `expected a map from names to ${PLURALS[name]}` });
    return [];
  });
}

function entriesOfKind(
  kind: Kind,
  file: string,
  map: YAMLMap | undefined,
  plain: object | undefined,
  placeAt: PlaceAt,
  kindPlace: Place | undefined,
): Entry[] {
  const nodes = new Map((map?.items ?? []).map((pair) => [nameAsWritten(pair.key), pair]));
  return Object.entries(plain ?? {}).map(([name, raw]) => {
    const pair = nodes.get(name);
    // A value from an alias or a merge has no position of its own.
    const own = placeAt(offsetOf(pair?.key), lengthOf(pair?.key)) ?? kindPlace;
    const placeOf = (path: readonly string[]): Place | undefined => {
      // The key of the innermost existing attribute, or the innermost item of a list.
      let at: unknown = pair?.value;
      let best = own;
      for (const segment of path) {
        if (isSeq(at)) {
          const item = at.items[Number(segment)];
          best = placeAt(offsetOf(item), lengthOf(item)) ?? best;
          at = item;
          continue;
        }
        if (!isMap(at)) break;
        const inner = at.items.find((item) => nameAsWritten(item.key) === segment);
        if (!inner) break;
        best = placeAt(offsetOf(inner.key), lengthOf(inner.key)) ?? best;
        at = inner.value;
      }
      return best;
    };
    return { kind, name, raw, file, line: own?.line, placeOf };
  });
}
