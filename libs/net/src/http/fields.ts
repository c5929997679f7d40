import { isUtf8 } from 'node:buffer';

/** One header of a response: its name as it was sent, without spaces around it, its value as text, and as bytes unless UTF-8 makes the same of the text. */
export type Field = readonly [name: string, value: string, bytes?: Buffer];

/** Headers that occur once; like node, we drop repetitions. */
const SINGLE: ReadonlySet<string> = new Set([
  'age',
  'authorization',
  'content-type',
  'etag',
  'expires',
  'from',
  'host',
  'if-modified-since',
  'if-unmodified-since',
  'last-modified',
  'location',
  'max-forwards',
  'proxy-authorization',
  'referer',
  'retry-after',
  'server',
  'user-agent',
]);

/** Whether a header has this name, in whatever case. */
export function isNamed(field: string, name: string): boolean {
  return field.length === name.length && field.toLowerCase() === name.toLowerCase();
}

/** All values of a header, in their order. */
export function valuesOf(fields: readonly Field[], name: string): string[] {
  const values: string[] = [];
  for (const [each, value] of fields) if (isNamed(each, name)) values.push(value);
  return values;
}

/** The value of a header, repeated ones joined as RFC 9110 says; undefined if there is none. */
export function valueOf(fields: readonly Field[], name: string): string | undefined {
  const values = valuesOf(fields, name);
  if (values.length < 2) return values[0];
  return SINGLE.has(name.toLowerCase()) ? values[0] : values.join(', ');
}

/** Bytes of a header as text: UTF-8 if they are valid UTF-8, else ISO 8859-1, the original charset of HTTP. */
export function textOfBytes(bytes: Buffer): string {
  return bytes.toString(isUtf8(bytes) ? 'utf8' : 'latin1');
}
