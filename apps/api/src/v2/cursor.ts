import { byName, DomainError, fault, type FieldError, unknownName } from '@9volt/contracts';
import { bestOf, by, reversedBy } from '../common/best-of.js';
import type { Filters, RawQuery } from '../common/list-query.js';

const DEFAULT_LIMIT = 100;
const MAX_LIMIT = 1_000;

export interface CursorQuery {
  filters: Filters;
  limit: number;
  /** Key of the last entry of the page before. */
  after: string | undefined;
}

export interface CursorPage<T> {
  items: T[];
  total: number;
  /** Leads to the next page. */
  cursor: string | undefined;
}

/** Reads filters, `limit` and `cursor`. Refuses unknown parameters by name. */
export function readCursorQuery(raw: RawQuery, names: readonly string[]): CursorQuery {
  const errors: FieldError[] = [];
  const known = [...names, 'limit', 'cursor'];
  const filters = byName<readonly string[]>();
  for (const [name, value] of Object.entries(raw)) {
    if (!known.includes(name)) errors.push(unknownName(`/${name}`, 'query parameter', name, known));
    else if (names.includes(name) && value !== undefined) filters[name] = [value].flat();
  }
  const { limit: size = String(DEFAULT_LIMIT), cursor } = raw;
  const limit = Number(size);
  if (typeof size !== 'string' || !/^\d{1,4}$/.test(size) || limit < 1 || limit > MAX_LIMIT) {
    errors.push(fault('/limit', size, `a whole number from 1 to ${MAX_LIMIT}`));
  }
  const after = cursor === undefined ? undefined : keyOf(cursor);
  if (cursor !== undefined && after === undefined) errors.push(fault('/cursor', cursor, 'the cursor of an answer'));
  if (errors.length > 0) throw DomainError.invalid(errors);
  return { filters, limit, after };
}

/**
 * The entries after the cursor, in the order of their keys. A cursor names the last entry, not a number: entries that come or go
 * meanwhile neither repeat nor hide others.
 */
export function cursorPage<T>(
  all: Iterable<T>,
  keyOf: (one: T) => string,
  { limit, after }: CursorQuery,
  order: 'ascending' | 'descending' = 'ascending',
): CursorPage<T> {
  let total = 0;
  const rest = function* (): Generator<T> {
    for (const one of all) {
      total++;
      const key = keyOf(one);
      if (after === undefined || (order === 'ascending' ? key > after : key < after)) yield one;
    }
  };
  const compare = order === 'ascending' ? by<T>(keyOf) : reversedBy<T>(keyOf);
  const found = bestOf(rest(), compare, limit + 1);
  const items = found.slice(0, limit);
  const last = items.at(-1);
  const cursor =
    found.length > limit && last !== undefined ? Buffer.from(keyOf(last)).toString('base64url') : undefined;
  return { items, total, cursor };
}

function keyOf(cursor: string | string[]): string | undefined {
  if (typeof cursor !== 'string' || !/^[\w-]+$/.test(cursor)) return undefined;
  const key = Buffer.from(cursor, 'base64url').toString();
  return Buffer.from(key).toString('base64url') === cursor ? key : undefined;
}
