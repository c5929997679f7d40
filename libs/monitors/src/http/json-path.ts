/** The names and indexes that lead from the root of a document to one value. */
export type JsonPath = readonly (string | number)[];

export const JSON_PATH_EXPECTED = 'a JSON path to one value, such as "$.status" or "$[\'load average\'][0]"';

/** Beyond RFC 9535, a name may contain `$` and `-`. */
const SEGMENT =
  /[ \t\n\r]*(?:\.(?<name>[\p{L}_$\u{80}-\u{10ffff}][\p{L}\p{N}_$\u{80}-\u{10ffff}-]*)|\[\s*(?:(?<index>-?\d{1,9})|'(?<single>(?:[^'\\]|\\.)*)'|"(?<double>(?:[^"\\]|\\.)*)")\s*\])/uy;

/** Parses a singular query of RFC 9535: one that leads to at most one value. Undefined if it is not one. */
export function parseJsonPath(text: string): JsonPath | undefined {
  if (!text.startsWith('$')) return undefined;
  const path: (string | number)[] = [];
  const segment = new RegExp(SEGMENT);
  segment.lastIndex = 1;
  while (segment.lastIndex < text.length) {
    const { name, index, single, double } = segment.exec(text)?.groups ?? {};
    const quoted = single ?? double;
    if (name !== undefined) path.push(name);
    else if (index !== undefined) path.push(Number(index));
    else if (quoted !== undefined) path.push(unescaped(quoted));
    else return undefined;
  }
  return path;
}

const ESCAPED: ReadonlyMap<string, string> = new Map(Object.entries({ b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' }));

/** The escapes of JSON, as in RFC 9535. Any other escaped character is itself. */
function unescaped(quoted: string): string {
  return quoted.replace(/\\(?:u([\da-f]{4})|(.))/giu, (_, unit: string | undefined, character: string) =>
    unit === undefined ? (ESCAPED.get(character) ?? character) : String.fromCharCode(Number.parseInt(unit, 16)),
  );
}

/** The value at a path; undefined if there is none. A negative index counts from the end. */
export function valueAt(document: unknown, path: JsonPath): unknown {
  let at = document;
  for (const step of path) {
    if (typeof step === 'number') at = Array.isArray(at) ? (at as unknown[]).at(step) : undefined;
    else at = isRecord(at) && Object.hasOwn(at, step) ? at[step] : undefined;
  }
  return at;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
