/**
 * A log line contains this much of a text, and of the entries of a list or a map. Anybody may make a key of etcd, an answer or a
 * name as long as they like.
 */
export const MAX_TEXT = 2_000;
export const MAX_ENTRIES = 50;
const MAX_DEPTH = 3;

/** The shortened value for a log line. */
export function bounded<T>(value: T): T;
export function bounded(value: unknown): unknown {
  return within(value, MAX_DEPTH);
}

function within(value: unknown, depth: number): unknown {
  if (typeof value === 'string') {
    return value.length <= MAX_TEXT ? value : `${value.slice(0, MAX_TEXT)}… (${value.length} characters)`;
  }
  if (typeof value !== 'object' || value === null) return value;
  if (!Array.isArray(value) && !isPlain(value)) return value;
  if (depth === 0) return Array.isArray(value) ? `a list of ${value.length}` : 'a map';
  const entries = Object.entries(value).slice(0, MAX_ENTRIES);
  if (Array.isArray(value)) return entries.map(([, one]) => within(one, depth - 1));
  return Object.fromEntries(entries.map(([name, one]) => [within(name, 0), within(one, depth - 1)]));
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}
