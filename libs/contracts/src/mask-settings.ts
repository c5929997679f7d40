import { MASKED } from './alerter.js';
import { type AttributeMeta, attributesOf, type SettingsClass } from './settings/attribute.js';
import { ownOf } from './settings/by-name.js';
import type { FieldError } from './settings/errors.js';
import { isReference } from './settings/secret-reference.js';
import { isPlainObject, pointer, type Validated } from './settings/validate-settings.js';

type Plain = Record<string, unknown>;

/** A copy with masked secrets; of a map, each value is masked. */
export function maskSettings(cls: SettingsClass, settings: object): Plain {
  const attributes = attributesOf(cls);
  return mapped(settings, (name, value) => (attributes.get(name)?.secret ? maskValue(value) : value));
}

export interface Unmasking {
  /** JSON pointer of the settings in the document that the person wrote. */
  at?: string;
  /** Attributes that decide where 9volt sends secrets: if one of them changes, it keeps no secret. */
  destination?: readonly string[];
}

/**
 * The input of a person, with each masked secret replaced by the stored one. A masked secret without a stored one is a fault.
 * Validates nothing else.
 */
export function unmaskSettings(
  cls: SettingsClass,
  incoming: unknown,
  stored: object | undefined,
  about: Unmasking = {},
): Validated<unknown> {
  if (!isPlainObject(incoming)) return { ok: true, value: incoming };
  const errors: FieldError[] = [];
  const known = (stored ?? {}) as Plain;
  const attributes = attributesOf(cls);
  const moved = about.destination?.find(
    (name) =>
      settled(attributes.get(name), ownOf(incoming, name)) !== settled(attributes.get(name), ownOf(known, name)),
  );

  const kept = (path: string, name: string, value: unknown): unknown => {
    if (moved === undefined && typeof value === 'string') return value;
    const why =
      typeof value !== 'string'
        ? 'has no stored value to keep'
        : `enter it again, because ${moved} changes where it is sent`;
    errors.push({ path, expected: 'the secret itself', message: `${name}: ${why}; expected the secret itself` });
    return undefined;
  };

  const value = mapped(incoming, (name, given) => {
    if (!attributes.get(name)?.secret) return given;
    const path = `${about.at ?? ''}/${pointer(name)}`;
    const before = ownOf(known, name);
    if (given === MASKED) return kept(path, name, before);
    if (!isPlainObject(given)) return given;
    return mapped(given, (key, item) =>
      item === MASKED
        ? kept(`${path}/${pointer(key)}`, `${name}.${key}`, isPlainObject(before) ? ownOf(before, key) : undefined)
        : item,
    );
  });
  return errors.length === 0 ? { ok: true, value } : { ok: false, errors };
}

/** Attributes of which nothing may be shown. */
export function maskValue(value: unknown): unknown {
  if (isPlainObject(value)) return mapped(value, (_name, item) => maskValue(item));
  // A reference names a secret and contains none: it is shown, so people see where the secret comes from.
  return value === undefined || (typeof value === 'string' && isReference(value)) ? value : MASKED;
}

/** An omitted value and a written default are the same. */
function settled(meta: AttributeMeta | undefined, value: unknown): string {
  return JSON.stringify(value ?? meta?.default ?? null);
}

/** Built from entries, so that an attribute named `__proto__` stays an attribute. */
function mapped(record: object, change: (name: string, value: unknown) => unknown): Plain {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, change(name, value)]));
}
