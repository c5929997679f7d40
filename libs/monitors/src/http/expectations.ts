import type { IncomingHttpHeaders } from 'node:http';
import { excerpt } from '../probe/excerpt.js';
import { matches } from '../probe/expression.js';
import { type BodyReader, type BodyWishes, MAX_BODY_BYTES } from './body-reader.js';
import type { HttpSettings } from './http-settings.js';
import { parseJsonPath, valueAt } from './json-path.js';
import { isAsExpected, parseExpectation, textOf } from './value-expectation.js';

/** In what a response differs from what is expected of it. */
export interface Mismatch {
  message: string;
  expected: string;
  found: string;
}

/** How much of a body, in bytes, a regular expression is given: more would hold up other checks. */
export const MAX_MATCHED_BYTES = 65_536;

/** The first header that is not as expected: absent, or without the text, or not matched by what stands behind `~`. */
export function judgeHeaders(
  headers: IncomingHttpHeaders,
  expected: Readonly<Record<string, string>> = {},
): Mismatch | undefined {
  for (const [name, wanted] of Object.entries(expected)) {
    const value = [headers[name.toLowerCase()]].flat().join(', ');
    const [, expression] = /^\s*~\s*(.*)$/s.exec(wanted) ?? [];
    const present = headers[name.toLowerCase()] !== undefined;
    if (present && (expression === undefined ? value.includes(wanted) : matches(expression, value))) continue;
    const found = present ? `'${excerpt(value, 200)}'` : 'no such header';
    return {
      message: `Received response header '${name}' (${found}) ${whatFails(expression, wanted)}`,
      expected: `${name}: ${excerpt(wanted, 180)}`,
      found,
    };
  }
  return undefined;
}

/** What must be read of a body to judge it; undefined when nothing is expected of it. */
export function bodyWishes(settings: HttpSettings): BodyWishes | undefined {
  const { expect, 'expect-not': unwanted, 'expect-regex': expression, 'expect-json': json } = settings;
  const keepBytes = json ? MAX_BODY_BYTES : expression === undefined ? 0 : MAX_MATCHED_BYTES;
  return expect || unwanted || keepBytes > 0 ? { wanted: expect, unwanted, keepBytes } : undefined;
}

/** The first expectation of a body that does not hold. */
export function judgeBody(body: BodyReader, settings: HttpSettings): Mismatch | undefined {
  const { expect = '', 'expect-regex': expression, 'expect-not': unwanted = '', 'expect-json': json } = settings;
  const found = body.bytes === 0 ? 'an empty body' : excerpt(body.head(), 200);
  const differs = (what: string, expected: string): Mismatch => ({
    message: `Received response body '${excerpt(body.head())}' ${what}`,
    expected,
    found,
  });
  if (!body.wanted.found) return differs(whatFails(undefined, expect), excerpt(expect, 256));
  if (body.unwanted?.found) {
    const what = excerpt(unwanted, 180);
    return { ...differs(`contains unexpected content '${what}'`, `no '${what}'`), found: `'${what}'` };
  }
  const kept = body.kept();
  if (expression !== undefined && !matches(expression, kept.subarray(0, MAX_MATCHED_BYTES).toString())) {
    return differs(whatFails(expression, ''), `a match of ${excerpt(expression, 180)}`);
  }
  if (!json) return undefined;
  const document = parsed(kept);
  if (document === undefined)
    return differs(body.bytes >= MAX_BODY_BYTES ? 'is longer than 1 MiB' : 'is not JSON', 'JSON');
  return judgeJson(document.value, json);
}

function parsed(bytes: Buffer): { value: unknown } | undefined {
  try {
    return { value: JSON.parse(bytes.toString()) as unknown };
  } catch {
    return undefined;
  }
}

function judgeJson(document: unknown, expected: Readonly<Record<string, string>>): Mismatch | undefined {
  for (const [path, written] of Object.entries(expected)) {
    const value = valueAt(document, parseJsonPath(path) ?? []);
    const expectation = parseExpectation(written);
    if (value !== undefined && isAsExpected(value, expectation)) continue;
    const found = value === undefined ? 'nothing' : `'${excerpt(textOf(value), 200)}'`;
    const wanted = `${expectation.operator} ${excerpt(expectation.operand, 160)}`;
    return {
      message: `Received response body has ${found} at ${path}, expected ${wanted}`,
      expected: `${path} ${wanted}`,
      found,
    };
  }
  return undefined;
}

function whatFails(expression: string | undefined, wanted: string): string {
  return expression === undefined
    ? `does not contain expected content '${excerpt(wanted, 256)}'`
    : `does not match expected regex '${excerpt(expression, 256)}'`;
}
