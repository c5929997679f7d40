/** The names and indexes that lead from the root of a document to one value. */
export type JsonPath = readonly (string | number)[];

export const JSON_PATH_EXPECTED = 'a JSON path to one value, such as "$.status" or "$[\'load average\'][0]"';

const SEGMENT =
  /\.(?<name>[\p{L}_$][\p{L}\p{N}_$-]*)|\[\s*(?:(?<index>-?\d{1,9})|'(?<single>(?:[^'\\]|\\.)*)'|"(?<double>(?:[^"\\]|\\.)*)")\s*\]/uy;

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
    else if (quoted !== undefined) path.push(quoted.replace(/\\(.)/gu, '$1'));
    else return undefined;
  }
  return path;
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
