import { type Field, valuesOf } from './fields.js';
import { BrokenAnswer, type Head } from './head.js';

/** Where a body ends: there is none, after this many bytes, with its last chunk, or with the connection. */
export type Framing = { ends: 'never-begins' | 'chunked' | 'with-the-connection' } | { ends: 'after'; bytes: number };

/** Where the body behind the headers ends, by curl's rules. Throws {@link BrokenAnswer}. */
export function framingOf(method: string, { status, fields }: Head, oddities: Set<string>): Framing {
  if (status < 200 || status === 204 || status === 304) return { ends: 'never-begins' };
  const bytes = lengthOf(fields, status, oddities);
  if (method === 'HEAD') return { ends: 'never-begins' };
  if (codingsOf(fields, 'Transfer-Encoding').includes('chunked')) {
    if (bytes !== undefined) oddities.add('Content-Length in addition to chunks');
    return { ends: 'chunked' };
  }
  return bytes === undefined ? { ends: 'with-the-connection' } : { ends: 'after', bytes };
}

/** The codings that a header lists, in the order in which they were applied. */
export function codingsOf(fields: readonly Field[], name: string): string[] {
  return valuesOf(fields, name)
    .flatMap((value) => value.split(','))
    .map((coding) => coding.trim().toLowerCase())
    .filter((coding) => coding !== '');
}

function lengthOf(fields: readonly Field[], status: number, oddities: Set<string>): number | undefined {
  let length: number | undefined;
  for (const value of valuesOf(fields, 'Content-Length')) {
    const [, digits] = /^\s*\+?(\d+)/.exec(value) ?? [];
    if (digits === undefined) {
      const message = `the answer is not valid HTTP: Content-Length is not a number: '${value.slice(0, 40)}'`;
      throw new BrokenAnswer(message, status);
    }
    if (!/^\d+$/.test(value)) oddities.add('an odd Content-Length');
    // An absurdly long one says nothing.
    if (Number(digits) >= 2 ** 63) oddities.add('an odd Content-Length');
    else {
      if (length !== undefined && length !== Number(digits)) oddities.add('several lengths');
      length = Number(digits);
    }
  }
  return length;
}
