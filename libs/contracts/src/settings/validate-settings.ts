import { plainToInstance } from 'class-transformer';
import { validateSync } from 'class-validator';
import type { FieldError } from './errors.js';
import { attributesOf, type AttributeMeta, type SettingsClass } from './attribute.js';
import { nearest } from './nearest.js';

/** A settings class may refuse combinations of attributes that are each valid alone. */
export interface CrossChecked {
  /** The faults between attributes. Called only when each attribute is valid by itself. */
  crossCheck(): FieldError[];
}

export type Validated<T> = { ok: true; value: T } | { ok: false; errors: FieldError[] };

/**
 * Validates what an operator wrote against a settings class: unknown attributes by name (with the nearest valid one), each
 * attribute by its rules, then the class's own cross checks. All faults are reported together. `at` is the JSON pointer of
 * `raw` in the document that the person wrote.
 */
export function validateSettings<T extends object>(cls: SettingsClass<T>, raw: unknown, at = ''): Validated<T> {
  if (!isPlainObject(raw)) {
    return { ok: false, errors: [fault(at, raw, 'a map of attributes')] };
  }
  const attributes = attributesOf(cls);
  const errors: FieldError[] = [];
  for (const name of Object.keys(raw)) {
    const meta = attributes.get(name);
    if (!meta) errors.push(unknownName(`${at}/${pointer(name)}`, 'attribute', name, attributes.keys()));
    else if (raw[name] === null) errors.push(attributeFault(at, meta, null));
  }
  const instance = plainToInstance(cls, raw);
  for (const { property } of validateSync(instance)) {
    const meta = attributes.get(property);
    if (!meta || raw[property] === null) continue;
    errors.push(property in raw ? attributeFault(at, meta, raw[property]) : missing(at, meta));
  }
  if (errors.length === 0 && 'crossCheck' in instance) {
    errors.push(...(instance as CrossChecked).crossCheck().map((error) => ({ ...error, path: `${at}${error.path}` })));
  }
  return errors.length === 0 ? { ok: true, value: instance } : { ok: false, errors };
}

/** A fault of a whole sentence: `interval: "soon" is not valid; expected a duration …`. */
export function fault(path: string, value: unknown, expected: string): FieldError {
  return { path, value, expected, message: `${nameOf(path)}: ${shown(value)} is not valid; expected ${expected}` };
}

/** An unknown attribute, type or alerter, with the name that was probably meant. */
export function unknownName(path: string, what: string, name: string, known: Iterable<string>): FieldError {
  const names = [...known];
  const suggestion = nearest(name, names);
  const expected = names.length > 0 ? `one of ${names.join(', ')}` : `no ${what} at all`;
  const hint = suggestion === undefined ? `expected ${expected}` : `did you mean "${suggestion}"?`;
  return {
    path,
    value: name,
    expected,
    message: `unknown ${what} "${name}"; ${hint}`,
    ...(suggestion === undefined ? {} : { suggestion }),
  };
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
  if (!meta.secret) return fault(path, value, meta.expected);
  return { path, expected: meta.expected, message: `${meta.name}: is not valid; expected ${meta.expected}` };
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

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? 'undefined';
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}
