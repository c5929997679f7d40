import { DomainError, type FieldError, unknownName } from '@9volt/contracts';
import { bestOf, by, type Compare, inTurn, reversed, reversedBy } from './best-of.js';

export type RawQuery = Record<string, string | string[] | undefined>;

/** What a list was asked for. */
export interface ListQuery<T> {
  /** Whether the answer is an array: the original's map has no order. */
  paged: boolean;
  page: number;
  limit: number;
  compare: Compare<T>;
  filters: Record<string, string>;
}

/** A list as the original answers it, or its pages. */
export interface Listed {
  total: number;
  body: Record<string, unknown> | unknown[];
}

export interface ListRules<T> {
  filters: readonly string[];
  sorts: Readonly<Record<string, Compare<T>>>;
  /** Breaks ties, and orders what is not sorted. */
  fallback: Compare<T>;
  /** How many a page holds when nothing is said, once a page is asked for. */
  defaultLimit?: number;
}

const PAGING = ['page', 'limit', 'sort'];
const MAX_LIMIT = 100_000;

/** Reads a query string. Unknown parameters are refused by name: a filter that is misspelt must not show everything. */
export function readListQuery<T>(raw: RawQuery, rules: ListRules<T>): ListQuery<T> {
  const errors: FieldError[] = [];
  const known = [...rules.filters, ...PAGING];
  const filters: Record<string, string> = {};
  for (const [name, value] of Object.entries(raw)) {
    if (!known.includes(name)) errors.push(unknownName(`/${name}`, 'query parameter', name, known));
    else if (rules.filters.includes(name) && value !== undefined) filters[name] = [value].flat().join(',');
  }
  const number = (name: string, fallback: number, maximum: number): number => {
    const text = raw[name];
    if (text === undefined) return fallback;
    const value = Number(text);
    if (typeof text === 'string' && /^\d{1,9}$/.test(text) && value >= 1 && value <= maximum) return value;
    const expected = `a whole number from 1 to ${maximum}`;
    errors.push({ path: `/${name}`, value: text, expected, message: `${name}: expected ${expected}` });
    return fallback;
  };
  const page = number('page', 1, 999_999_999);
  const limit = number('limit', raw['page'] === undefined ? Infinity : (rules.defaultLimit ?? 50), MAX_LIMIT);
  const compare = readSort(raw['sort'], rules, errors);
  if (errors.length > 0) {
    throw new DomainError('invalid', errors.map((error) => error.message).join('; '), { fields: errors });
  }
  return { paged: PAGING.some((name) => raw[name] !== undefined), page, limit, compare, filters };
}

/** One page of a list, and how many there are in all. */
export function pageOf<T>(items: Iterable<T>, query: ListQuery<T>): { items: T[]; total: number } {
  let total = 0;
  const counted = function* (): Generator<T> {
    for (const item of items) {
      total++;
      yield item;
    }
  };
  const from = Number.isFinite(query.limit) ? (query.page - 1) * query.limit : 0;
  const best = bestOf(counted(), query.compare, from + query.limit);
  return { items: best.slice(from), total };
}

/** `name,-since`: by name, then the latest first. */
function readSort<T>(raw: string | string[] | undefined, rules: ListRules<T>, errors: FieldError[]): Compare<T> {
  const compares: Compare<T>[] = [];
  for (const part of raw === undefined ? [] : [raw].flat().join(',').split(',')) {
    const name = part.replace(/^-/, '');
    const compare = Object.hasOwn(rules.sorts, name) ? rules.sorts[name] : undefined;
    if (compare) compares.push(part === name ? compare : reversed(compare));
    else errors.push(unknownName('/sort', 'sort key', name, Object.keys(rules.sorts)));
  }
  return inTurn(...compares, rules.fallback);
}

/** The entries of a comma list; undefined when nothing is asked for. */
export function commaList(text: string | undefined): ReadonlySet<string> | undefined {
  if (text === undefined) return undefined;
  const parts = text.split(',').map((part) => part.trim());
  return new Set(parts.filter((part) => part !== ''));
}

/** Whether any of some texts holds what is searched for, whatever the case. */
export function searched(q: string | undefined, ...texts: (string | null | undefined)[]): boolean {
  const wanted = q?.toLowerCase() ?? '';
  return wanted === '' || texts.some((text) => text?.toLowerCase().includes(wanted));
}

export { by, reversedBy };
