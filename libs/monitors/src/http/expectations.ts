import type { WireResponse } from '@9volt/net';
import type { Scope } from '@9volt/process';
import { excerpt } from '../probe/excerpt.js';
import { matches } from '../probe/expression.js';
import { type BodyReader, type BodyWishes, MAX_BODY_BYTES } from './body-reader.js';
import type { HttpSettings } from './http-settings.js';
import { type JsonPath, parseJsonPath, valueAt } from './json-path.js';
import { type JsonText, parsedJson } from './json-text.js';
import { isAsExpected, parseExpectation, textOf, type ValueExpectation } from './value-expectation.js';

/** How a response differs from the expectations. */
export interface Mismatch {
  message: string;
  expected: string;
  found: string;
}

/** How much of a body, in bytes, a regular expression gets: more would delay other checks. */
const MAX_MATCHED_BYTES = 65_536;

/** The expectation of one header. */
export interface HeaderExpectation {
  name: string;
  /** A text in it, or an expression after `~` for the whole value. */
  wanted: string;
  expression: string | undefined;
}

export function headerExpectations(expected: Readonly<Record<string, string>> = {}): HeaderExpectation[] {
  return Object.entries(expected).map(([name, wanted]) => ({
    name,
    wanted,
    expression: /^\s*~\s*(.*)$/s.exec(wanted)?.[1],
  }));
}

/** The first header that is not as expected: it is absent, lacks the text, or does not match the expression. */
export async function judgeHeaders(
  response: WireResponse,
  expected: readonly HeaderExpectation[],
  scope: Scope,
): Promise<Mismatch | undefined> {
  for (const { name, wanted, expression } of expected) {
    const value = response.header(name);
    const isFine =
      value !== undefined &&
      (expression === undefined ? value.includes(wanted) : await matches(expression, value, scope));
    if (isFine) continue;
    const found = value === undefined ? 'no such header' : `'${excerpt(value, 200)}'`;
    return {
      message: `Received response header '${name}' (${found}) ${whatFails(expression, wanted)}`,
      expected: `${name}: ${excerpt(wanted, 180)}`,
      found,
    };
  }
  return undefined;
}

/** The expectations of a body, and how much of it they need. */
export interface BodyExpectations {
  wishes: BodyWishes;
  expect: string;
  unwanted: string;
  expression: string | undefined;
  json: readonly JsonExpectation[] | undefined;
}

interface JsonExpectation {
  written: string;
  path: JsonPath;
  expectation: ValueExpectation;
}

/** Undefined if nothing is expected of a body. */
export function bodyExpectations(settings: HttpSettings): BodyExpectations | undefined {
  const { expect = '', 'expect-not': unwanted = '', 'expect-regex': expression, 'expect-json': written } = settings;
  const keepBytes = written ? MAX_BODY_BYTES : expression === undefined ? 0 : MAX_MATCHED_BYTES;
  if (!expect && !unwanted && keepBytes === 0) return undefined;
  const json =
    written &&
    Object.entries(written).map(([path, value]) => ({
      written: path,
      path: parseJsonPath(path) ?? [],
      expectation: parseExpectation(value),
    }));
  return { wishes: { wanted: expect, unwanted, keepBytes }, expect, unwanted, expression, json };
}

/** The first expectation of a body that does not hold. */
export async function judgeBody(
  body: BodyReader,
  { expect, unwanted, expression, json }: BodyExpectations,
  scope: Scope,
): Promise<Mismatch | undefined> {
  const found = body.bytes === 0 ? 'an empty body' : excerpt(body.head(), 200);
  const differs = (what: string, expected: string): Mismatch => ({
    message: `Received response body '${excerpt(body.head())}' ${what}`,
    expected,
    found,
  });
  if (!body.hasWanted) return unreadable(body, expect) ?? differs(whatFails(undefined, expect), wantedIn(body, expect));
  if (body.hasUnwanted) {
    const what = excerpt(unwanted, 180);
    return { ...differs(`contains unexpected content '${what}'`, `no '${what}'`), found: `'${what}'` };
  }
  if (unwanted && body.unreadable !== undefined) return unreadable(body, `no '${unwanted}'`);
  const text = expression === undefined && !json ? '' : body.keptText();
  if (expression !== undefined && !(await matches(expression, beginningOf(text), scope))) {
    const where = body.bytes > MAX_MATCHED_BYTES ? ' in its first 64 KiB' : '';
    const expected = `a match of ${excerpt(expression, 160)}${where}`;
    return unreadable(body, expected) ?? differs(`${whatFails(expression, '')}${where}`, expected);
  }
  if (!json) return undefined;
  const document = parsedJson(text);
  if (document === undefined) {
    const what = body.bytes >= MAX_BODY_BYTES ? 'is longer than 1 MiB' : 'is not JSON';
    return unreadable(body, 'JSON') ?? differs(what, 'JSON');
  }
  return judgeJson(document, json, scope);
}

/** Names a limit if it may have decided. */
function wantedIn(body: BodyReader, expect: string): string {
  return body.bytes >= MAX_BODY_BYTES ? `${excerpt(expect, 160)} in the first 1 MiB` : excerpt(expect, 256);
}

/** A text that could not be decoded is no proof that something is absent. */
function unreadable({ unreadable: why }: BodyReader, expected: string): Mismatch | undefined {
  if (why === undefined) return undefined;
  return {
    message: `Received response body cannot be read: ${excerpt(why, 200)} is not known`,
    expected: excerpt(expected, 180),
    found: excerpt(why, 180),
  };
}

/** In bytes of UTF-8, because these limit the work. */
function beginningOf(text: string): string {
  return text.length * 3 <= MAX_MATCHED_BYTES ? text : Buffer.from(text).subarray(0, MAX_MATCHED_BYTES).toString();
}

async function judgeJson(
  document: JsonText,
  expected: readonly JsonExpectation[],
  scope: Scope,
): Promise<Mismatch | undefined> {
  for (const { written, path, expectation } of expected) {
    const found = valueAt(document.value, path);
    const asWritten = typeof found === 'number' ? document.asWritten(path) : undefined;
    if (found !== undefined && (await isAsExpected(found, expectation, scope, asWritten))) continue;
    const shown = found === undefined ? 'nothing' : `'${excerpt(asWritten ?? textOf(found), 200)}'`;
    const wanted = `${expectation.operator} ${excerpt(expectation.operand, 160)}`;
    return {
      message: `Received response body has ${shown} at ${written}, expected ${wanted}`,
      expected: `${written} ${wanted}`,
      found: shown,
    };
  }
  return undefined;
}

function whatFails(expression: string | undefined, wanted: string): string {
  return expression === undefined
    ? `does not contain expected content '${excerpt(wanted, 256)}'`
    : `does not match expected regex '${excerpt(expression, 256)}'`;
}
