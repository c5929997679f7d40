import 'reflect-metadata';

/**
 * What is known of one attribute of a settings class beyond its class-validator rules: enough to derive the API's schema, the
 * dashboard's form, `cfg validate`'s messages and the reference documentation. Written by the decorators in `decorators.ts`.
 */
export interface AttributeMeta {
  /** The name in YAML and JSON, in kebab-case; also the property's name. */
  name: string;
  kind:
    | 'text'
    | 'integer'
    | 'number'
    | 'flag'
    | 'duration'
    | 'time'
    | 'choice'
    | 'text-list'
    | 'text-map'
    | 'match'
    | 'escalation';
  /** One or two sentences for a person. */
  doc: string;
  required: boolean;
  default?: unknown;
  example?: unknown;
  /** A secret is masked in every answer and never logged. */
  secret?: boolean;
  /** Where a form shows it. */
  group: 'common' | 'specific' | 'alerting';
  /** What a valid value is, as half a sentence. */
  expected: string;
  minimum?: number;
  maximum?: number;
  /** Largest number of characters of a text. */
  maxLength?: number;
  /** Largest number of texts of a list, or of entries of a map. */
  maxEntries?: number;
  values?: readonly string[];
  /** What a text may be among other things: a form offers it. */
  suggestions?: readonly string[];
  /** A text of several lines is edited in a larger box. */
  multiline?: boolean;
  /** A list of names of alerters or monitors, of which a form offers those stored. */
  refersTo?: 'alerter' | 'monitor';
  /** Makes the one spelling that is stored of the several that are taken. What it does not know it leaves as it is. */
  normalise?: (value: unknown) => unknown;
}

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- a constructor of anything
export type SettingsClass<T extends object = object> = new (...args: any[]) => T;

const OWN = Symbol('9volt:attributes');

export function recordAttribute(prototype: object, meta: AttributeMeta): void {
  const own = (Reflect.getOwnMetadata(OWN, prototype) as AttributeMeta[] | undefined) ?? [];
  Reflect.defineMetadata(OWN, [...own.filter((known) => known.name !== meta.name), meta], prototype);
}

const gathered = new WeakMap<object, ReadonlyMap<string, AttributeMeta>>();

/** The attributes of a settings class, those of its base classes first; a redeclared one stands where the base has it. */
export function attributesOf(cls: SettingsClass): ReadonlyMap<string, AttributeMeta> {
  const known = gathered.get(cls);
  if (known) return known;
  const chain: object[] = [];
  for (
    let at = cls.prototype as object | null;
    at && at !== Object.prototype;
    at = Object.getPrototypeOf(at) as object | null
  ) {
    chain.unshift(at);
  }
  const attributes = new Map<string, AttributeMeta>();
  for (const prototype of chain) {
    for (const meta of (Reflect.getOwnMetadata(OWN, prototype) as AttributeMeta[] | undefined) ?? []) {
      attributes.set(meta.name, meta);
    }
  }
  gathered.set(cls, attributes);
  return attributes;
}
