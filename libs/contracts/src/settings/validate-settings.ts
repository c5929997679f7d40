import { byName, ownOf } from './by-name.js';
import { Validator } from './class-validator.js';
import type { FieldError } from './errors.js';
import { attributesOf, type AttributeMeta, type SettingsClass } from './attribute.js';
import { nearest } from './nearest.js';
import { judgingOnly, rememberRules } from './remember-rules.js';

rememberRules();
const validator = new Validator();

/** A settings class may refuse combinations of attributes that are each valid alone. */
export interface CrossChecked {
  /** The faults between attributes. Called only if each attribute is valid by itself. */
  crossCheck(): FieldError[];
}

export type Validated<T> = { ok: true; value: T } | { ok: false; errors: FieldError[] };

/**
 * Validates what an operator wrote against a settings class: unknown attributes by name (with the nearest valid one), each
 * attribute by its rules, then the class's own cross checks. Reports all faults together. `at` is the JSON pointer of `raw` in the
 * document that the person wrote.
 */
export function validateSettings<T extends object>(cls: SettingsClass<T>, raw: unknown, at = ''): Validated<T> {
  if (!isPlainObject(raw)) {
    return { ok: false, errors: [noMapFault(at, raw, 'a map of attributes')] };
  }
  const attributes = attributesOf(cls);
  const errors = unknownAttributes(raw, attributes, at);
  const given = [...attributes.values()].filter(({ name }) => Object.hasOwn(raw, name));
  const oversized = oversizedAttributes(raw, given, at);
  errors.push(...oversized.values());
  const instance = instanceOf(cls, raw, given, oversized);
  for (const { property } of judgingOnly(toJudge(instance, attributes), () => validator.validateSync(instance))) {
    const meta = attributes.get(property);
    if (!meta || ownOf(raw, property) === null || oversized.has(property)) continue;
    errors.push(Object.hasOwn(raw, property) ? attributeFault(at, meta, ownOf(raw, property)) : missing(at, meta));
  }
  if (errors.length === 0 && 'crossCheck' in instance) {
    errors.push(...(instance as CrossChecked).crossCheck().map((error) => ({ ...error, path: `${at}${error.path}` })));
  }
  return errors.length === 0 ? { ok: true, value: instance } : { ok: false, errors };
}

/** The faults of the items of a list of maps at `path`. */
export function itemFaults(cls: SettingsClass, items: readonly unknown[], path: string): FieldError[] {
  return items.flatMap((item, n) => {
    const validated = validateSettings(cls, item, `${path}/${n}`);
    return validated.ok ? [] : validated.errors;
  });
}

/** What is absent is valid, unless it is required. */
function toJudge(instance: object, attributes: ReadonlyMap<string, AttributeMeta>): string[] {
  const names: string[] = [];
  for (const [name, { required }] of attributes) {
    if (required || ownOf(instance as Record<string, unknown>, name) !== undefined) names.push(name);
  }
  return names;
}

/** Further unknown attributes of a document are only counted: the cost of an answer must not grow with its input. */
const MAX_UNKNOWN = 20;
/** The message cuts a longer name, and suggests nothing for it. */
const MAX_SHOWN_BARE = 3;
const MAX_SHOWN_NAME = 80;

function unknownAttributes(
  raw: Record<string, unknown>,
  attributes: ReadonlyMap<string, AttributeMeta>,
  at: string,
): FieldError[] {
  const errors: FieldError[] = [];
  let unknown = 0;
  for (const [name, value] of Object.entries(raw)) {
    const meta = attributes.get(name);
    if (meta) {
      if (value === null) errors.push(attributeFault(at, meta, null));
    } else if (++unknown <= MAX_UNKNOWN) {
      errors.push(unknownName(`${at}/${pointer(shownName(name))}`, 'attribute', name, attributes.keys()));
    }
  }
  if (unknown > MAX_UNKNOWN) {
    const message = `${unknown - MAX_UNKNOWN} more unknown attributes`;
    errors.push({ path: at, expected: `one of ${[...attributes.keys()].join(', ')}`, message });
  }
  return errors;
}

/** The faults of lists and maps that are too large: they are not validated further. */
function oversizedAttributes(
  raw: Record<string, unknown>,
  given: readonly AttributeMeta[],
  at: string,
): ReadonlyMap<string, FieldError> {
  const faults = new Map<string, FieldError>();
  for (const { name, maxEntries, expected } of given) {
    if (maxEntries === undefined) continue;
    const value = ownOf(raw, name);
    const entries = Array.isArray(value) ? value.length : isPlainObject(value) ? Object.keys(value).length : 0;
    if (entries <= maxEntries) continue;
    const message = `${name}: has ${entries} entries; expected ${expected}`;
    faults.set(name, { path: `${at}/${pointer(name)}`, expected, message });
  }
  return faults;
}

/** Of known attributes only: it builds nothing from unknown ones, and changes nothing in the input. */
function instanceOf<T extends object>(
  cls: SettingsClass<T>,
  raw: Record<string, unknown>,
  given: readonly AttributeMeta[],
  oversized: ReadonlyMap<string, FieldError>,
): T {
  const values = byName<unknown>();
  for (const { name, normalise } of given) {
    if (oversized.has(name)) continue;
    const value = ownOf(raw, name);
    values[name] = normalise ? normalise(value) : Array.isArray(value) ? [...(value as unknown[])] : copyOf(value);
  }
  return Object.assign(new cls(), values);
}

function copyOf(value: unknown): unknown {
  return isPlainObject(value) ? { ...value } : value;
}

/** The fault of a document that is not a map. The message contains nothing of it, because it may be a misplaced secret. */
export function noMapFault(path: string, value: unknown, expected: string): FieldError {
  const kind = value === null ? 'null' : Array.isArray(value) ? 'a list' : `a ${typeof value}`;
  const is = value === undefined ? 'is missing' : `is ${kind}`;
  return { path, expected, message: `${nameOf(path)}: ${is}; expected ${expected}` };
}

/** The message leaves out user name and password within an address. */
function withoutCredentials(value: unknown): unknown {
  return typeof value === 'string' ? value.replace(/\/\/[^/?#@\s]{1,1000}@/g, '//***@') : value;
}

/** A fault as a whole sentence: `interval: "soon" is not valid; expected a duration …`. */
export function fault(path: string, written: unknown, expected: string): FieldError {
  const value = withoutCredentials(written);
  const wrong = value === undefined ? 'is missing' : `${shown(value)} is not valid`;
  return { path, value, expected, message: `${nameOf(path)}: ${wrong}; expected ${expected}` };
}

/** An unknown attribute, type or alerter, with the name that the person probably meant. */
export function unknownName(path: string, what: string, name: string, known: Iterable<string>): FieldError {
  const names = [...known];
  const suggestion =
    name.length > MAX_SHOWN_NAME ? undefined : (nearest(name, names) ?? withoutPrefix(name, what, names));
  const expected = names.length > 0 ? `one of ${listed(names)}` : `no ${what} at all`;
  const hint = suggestion === undefined ? `expected ${expected}` : `did you mean "${suggestion}"?`;
  return {
    path,
    value: shownName(name),
    expected,
    message: `unknown ${what} "${shownName(name)}"; ${hint}`,
    ...(suggestion === undefined ? {} : { suggestion }),
  };
}

/** The attribute that other systems spell with the type before it: `command` of `exec-command`. */
function withoutPrefix(name: string, what: string, known: readonly string[]): string | undefined {
  if (what !== 'attribute') return undefined;
  return known.filter((one) => name.endsWith(`-${one}`)).sort((a, b) => b.length - a.length)[0];
}

/** One segment of a JSON pointer (RFC 6901). */
export function pointer(segment: string): string {
  return segment.replaceAll('~', '~0').replaceAll('/', '~1');
}

export function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function attributeFault(at: string, meta: AttributeMeta, value: unknown): FieldError {
  const path = `${at}/${pointer(meta.name)}`;
  if (value === null) {
    return {
      path,
      value: null,
      expected: meta.expected,
      message: `${meta.name}: has no value; expected ${meta.expected}, or leave it out`,
    };
  }
  const expected = `${meta.expected}${exceededLimit(meta, value)}${missingQuotes(meta, value)}`;
  if (!meta.secret) return fault(path, value, expected);
  return { path, expected, message: `${meta.name}: is not valid; expected ${expected}` };
}

/** The maximum length of a text, if that is why the value is invalid. */
function exceededLimit({ kind, maxLength = Infinity }: AttributeMeta, value: unknown): string {
  if (typeof value === 'string' && value.length > maxLength) {
    return `, of at most ${maxLength} characters; it has ${value.length}`;
  }
  if (kind !== 'text-list' || !Array.isArray(value)) return '';
  const longest = value.reduce(
    (most: number, item: unknown) => Math.max(most, typeof item === 'string' ? item.length : 0),
    0,
  );
  return longest > maxLength ? `, each of at most ${maxLength} characters; one has ${longest}` : '';
}

/** What has to stand in quotes, where YAML or JSON has a number or a flag in place of a text. */
function missingQuotes({ kind }: AttributeMeta, value: unknown): string {
  const isBare = (item: unknown): boolean => ['number', 'bigint', 'boolean'].includes(typeof item);
  if (kind === 'text') return isBare(value) ? '; put it in quotes' : '';
  const bare =
    kind === 'text-list' && Array.isArray(value)
      ? value.flatMap((item, index) => (isBare(item) ? [String(index + 1)] : []))
      : kind === 'text-map' && isPlainObject(value)
        ? Object.entries(value).flatMap(([key, item]) => (isBare(item) ? [key] : []))
        : [];
  if (bare.length === 0) return '';
  const shownOnes = bare.slice(0, MAX_SHOWN_BARE).map(shownName);
  const others = bare.length > MAX_SHOWN_BARE ? [`${bare.length - MAX_SHOWN_BARE} more`] : [];
  const all = [...shownOnes, ...others];
  const names = all.length === 1 ? all.join('') : `${all.slice(0, -1).join(', ')} and ${all.at(-1)}`;
  const several = bare.length > 1 ? 's' : '';
  return `; put ${kind === 'text-list' ? `item${several}` : `the value${several} of`} ${names} in quotes`;
}

function missing(at: string, meta: AttributeMeta): FieldError {
  return {
    path: `${at}/${pointer(meta.name)}`,
    expected: meta.expected,
    message: `${meta.name}: is required; expected ${meta.expected}`,
  };
}

function nameOf(path: string): string {
  const last = path.slice(path.lastIndexOf('/') + 1);
  return last === '' ? 'the document' : last.replaceAll('~1', '/').replaceAll('~0', '~');
}

/** There may be any number of names that others chose. */
const MAX_LISTED = 100;

function listed(names: readonly string[]): string {
  const more = names.length - MAX_LISTED;
  return names.slice(0, MAX_LISTED).join(', ') + (more > 0 ? ` and ${more} more` : '');
}

function shownName(name: string): string {
  return name.length > MAX_SHOWN_NAME ? `${name.slice(0, MAX_SHOWN_NAME - 3)}...` : name;
}

function shown(value: unknown): string {
  const text = textOf(value);
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}

function textOf(value: unknown): string {
  try {
    return JSON.stringify(value) ?? 'undefined';
  } catch {
    return 'a value that cannot be shown';
  }
}
