import {
  byName,
  fault,
  type ByName,
  DomainError,
  type FieldError,
  MAX_FAULTS,
  ownOf,
  unknownName,
} from '@9volt/contracts';
import { INSTANT_EXPECTED, instantIn } from './instant.js';
import { by, countedBest, type Compare, inTurn, reversed, reversedBy } from './best-of.js';

export type RawQuery = Record<string, string | string[] | undefined>;

/** The values of each filter: several texts if its parameter was repeated. */
export type Filters = ByName<readonly string[]>;

/** The query of a list. */
export interface ListQuery<T> {
  /** Whether the answer is an array: the original's map has no order. */
  paged: boolean;
  page: number;
  limit: number;
  compare: Compare<T>;
  filters: Filters;
}

/** A list as the original answers it, or its pages. */
export interface Listed {
  total: number;
  body: Record<string, unknown> | unknown[];
}

export interface ListRules<T> {
  filters: readonly string[];
  sorts: Readonly<Record<string, Compare<T>>>;
  /** Breaks ties, and orders unsorted entries. */
  fallback: Compare<T>;
  /** Default size of a page. */
  defaultLimit?: number;
}

const PAGING = ['page', 'limit', 'sort'];
const MAX_LIMIT = 100_000;

/** Reads a query string. Refuses unknown parameters by name: a misspelt filter must not show everything. */
export function readListQuery<T>(raw: RawQuery, rules: ListRules<T>): ListQuery<T> {
  const errors: FieldError[] = [];
  const known = [...rules.filters, ...PAGING];
  const filters = byName<readonly string[]>();
  for (const [name, value] of Object.entries(raw)) {
    if (!known.includes(name)) errors.push(unknownName(`/${name}`, 'query parameter', name, known));
    else if (rules.filters.includes(name) && value !== undefined) filters[name] = [value].flat();
  }
  const number = (name: string, fallback: number, maximum: number): number => {
    const text = ownOf(raw, name);
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
    throw DomainError.invalid(errors);
  }
  return { paged: PAGING.some((name) => ownOf(raw, name) !== undefined), page, limit, compare, filters };
}

/** One page of a list, and the total number. */
export function pageOf<T>(items: Iterable<T>, query: ListQuery<T>): { items: T[]; total: number } {
  const from = Number.isFinite(query.limit) ? (query.page - 1) * query.limit : 0;
  const { best, total } = countedBest(items, query.compare, from + query.limit);
  return { items: best.slice(from), total };
}

/** `name,-since`: by name, then the latest first. A repeated key has no effect. */
function readSort<T>(raw: string | string[] | undefined, rules: ListRules<T>, errors: FieldError[]): Compare<T> {
  const compares = new Map<string, Compare<T>>();
  const unknown = new Set<string>();
  for (const part of raw === undefined ? [] : [raw].flat().join(',').split(',')) {
    const name = part.replace(/^-/, '');
    const compare = Object.hasOwn(rules.sorts, name) ? rules.sorts[name] : undefined;
    if (!compare) unknown.add(name);
    else if (!compares.has(name)) compares.set(name, part === name ? compare : reversed(compare));
  }
  errors.push(...unknownNames('/sort', 'sort key', unknown, Object.keys(rules.sorts)));
  return inTurn(...compares.values(), rules.fallback);
}

/** The faults of unknown names. Of very many it looks only at some. */
export function unknownNames(
  path: string,
  what: string,
  names: Iterable<string>,
  known: readonly string[],
): FieldError[] {
  const unknown = [...names].filter((name) => !known.includes(name)).slice(0, MAX_FAULTS);
  return unknown.map((name) => unknownName(path, what, name, known));
}

/**
 * Names and tags, which may contain commas; undefined if none is requested. A repeated parameter has one value each time. A single
 * value may be one name or several separated by commas, so it stands for both.
 */
export function namesOf(values: readonly string[] | undefined): ReadonlySet<string> | undefined {
  if (values === undefined || values.length > 1) return values && new Set(values);
  return new Set([...values.filter((value) => value !== ''), ...(wordsOf(values) ?? [])]);
}

/** Words such as types, none of which contains a comma; undefined if none is requested. */
export function wordsOf(values: readonly string[] | undefined): ReadonlySet<string> | undefined {
  const parts = values?.flatMap((value) => value.split(',')).map((part) => part.trim());
  return parts && new Set(parts.filter((part) => part !== ''));
}

/** Words from a fixed set. Throws `invalid` for any other. */
export function knownWords(filters: Filters, name: string, known: readonly string[]): ReadonlySet<string> | undefined {
  const asked = wordsOf(filters[name]);
  const faults = unknownNames(`/${name}`, name, asked ?? [], known);
  if (faults.length > 0) throw DomainError.invalid(faults);
  return asked;
}

/** The text of a filter that takes only one. */
export function textOf(values: readonly string[] | undefined): string | undefined {
  return values?.join(',');
}

/** The instant of a filter, in milliseconds since the epoch. Throws `invalid` for what is none. */
export function instantOf(filters: Filters, name: string): number | undefined {
  const text = textOf(filters[name]);
  if (text === undefined || text === '') return undefined;
  const at = instantIn(text);
  if (Number.isNaN(at)) throw DomainError.invalid([fault(`/${name}`, text, INSTANT_EXPECTED)]);
  return at;
}

/** Whether any of some texts contains the search text, ignoring case. */
export function searched(q: readonly string[] | undefined, ...texts: (string | null | undefined)[]): boolean {
  const wanted = textOf(q)?.toLowerCase() ?? '';
  return wanted === '' || texts.some((text) => text?.toLowerCase().includes(wanted));
}

export { by, reversedBy };
