import { byName, ownOf } from './by-name.js';
import { messageOf, type FieldError } from './errors.js';
import { attributesOf, type SettingsClass } from './attribute.js';
import { isPlainObject, pointer } from './validate-settings.js';

/**
 * A secret that is stored elsewhere: `${env:NAME}` or `${file:/path}`, alone or within a text. 9volt stores and shows the
 * reference; only a worker, right before it runs a check or sends a notification, replaces it by the secret.
 */
export interface SecretReference {
  kind: 'env' | 'file';
  /** Name of the variable, or path of the file. */
  name: string;
  /** As it is written. */
  text: string;
}

/** Answers the secret, or rejects with the reason why it cannot be read, in words without secrets. */
export type ReadSecret = (reference: SecretReference) => Promise<string>;

export interface Resolved<S> {
  settings: S;
  /** The inserted secrets; must never be shown. */
  secrets: string[];
}

/** This worker cannot read a referenced secret. */
export class SecretUnavailable extends Error {
  constructor(message: string, options?: { cause: unknown }) {
    super(message, options);
    this.name = 'SecretUnavailable';
  }
}

const REFERENCE = /\$\{(env|file):([^}]*)\}/g;
const WHOLE = /^\$\{(?:env|file):[^}]+\}$/;
const EXPECTED = '${env:NAME} with the name of a variable, or ${file:/path} with an absolute path';

/** Whether a text is a reference and nothing else: then it contains no secret itself. */
export function isReference(text: string): boolean {
  return WHOLE.test(text);
}

/** The attributes of a settings class that are secret. */
export function secretNames(cls: SettingsClass): readonly string[] {
  const known = secretsOf.get(cls);
  if (known) return known;
  const names = [...attributesOf(cls).values()].filter(({ secret }) => secret).map(({ name }) => name);
  secretsOf.set(cls, names);
  return names;
}

const secretsOf = new WeakMap<SettingsClass, readonly string[]>();

/** The faults of references that can never be resolved, in the named attributes. `at` as in a validation. */
export function referenceFaults(settings: object, names: readonly string[], at: string): FieldError[] {
  return names.flatMap((name) => {
    const texts = textsIn(ownOf(settings as Record<string, unknown>, name));
    const wrong = texts.flatMap(referencesIn).find(({ kind, name: of }) => !NAMES[kind].test(of));
    if (!wrong) return [];
    const message = `${name}: ${wrong.text} is not valid; expected ${EXPECTED}`;
    return [{ path: `${at}/${pointer(name)}`, expected: EXPECTED, message }];
  });
}

/** A copy with the secrets in the named attributes. Rejects with {@link SecretUnavailable}, naming attribute and reference. */
export async function resolveSecrets<S extends object>(
  settings: S,
  names: readonly string[],
  read: ReadSecret,
): Promise<Resolved<S>> {
  const given = settings as Record<string, unknown>;
  const changed = byName<unknown>();
  const secrets: string[] = [];
  for (const name of names) {
    const references = textsIn(ownOf(given, name)).flatMap(referencesIn);
    if (references.length === 0) continue;
    const known = new Map<string, string>();
    for (const reference of references) {
      try {
        known.set(reference.text, await read(reference));
      } catch (cause) {
        throw new SecretUnavailable(`${name}: this worker cannot read ${reference.text}: ${messageOf(cause)}`, {
          cause,
        });
      }
    }
    secrets.push(...known.values());
    changed[name] = replaced(ownOf(given, name), (text) =>
      text.replace(REFERENCE, (reference) => known.get(reference) ?? reference),
    );
  }
  return { settings: secrets.length === 0 ? settings : { ...settings, ...changed }, secrets };
}

const NAMES: Record<SecretReference['kind'], RegExp> = { env: /^[A-Za-z_][A-Za-z0-9_]*$/, file: /^\/[^\0]+$/ };

/** The references within a text. */
export function referencesIn(text: string): SecretReference[] {
  return [...text.matchAll(REFERENCE)].map(([whole, kind, name = '']) => ({
    kind: kind as SecretReference['kind'],
    name,
    text: whole,
  }));
}

/** The texts of a value: the value itself, or those of a list or map. */
export function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (Array.isArray(value)) return value.flatMap(textsIn);
  return isPlainObject(value) ? Object.values(value).flatMap(textsIn) : [];
}

/** Built from entries, so that an entry named `__proto__` stays one. */
function replaced(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === 'string') return change(value);
  if (Array.isArray(value)) return value.map((item) => replaced(item, change));
  if (!isPlainObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, replaced(item, change)]));
}
