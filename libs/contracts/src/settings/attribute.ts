import 'reflect-metadata';

/**
 * The description of one attribute of a settings class beyond its class-validator rules: enough to derive the API's schema, the
 * dashboard's form, the messages of `cfg validate` and the reference. The decorators in `decorators.ts` write it.
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
    | 'escalation'
    | 'items';
  /** One or two sentences for a person. */
  doc: string;
  required: boolean;
  default?: unknown;
  example?: unknown;
  /** A secret is masked in every answer and never logged. */
  secret?: boolean;
  /** Where a form shows it. */
  group: 'common' | 'specific' | 'expect' | 'login' | 'tls' | 'alerting';
  /** What a valid value is, as half a sentence. */
  expected: string;
  minimum?: number;
  maximum?: number;
  /** Largest number of characters of a text. */
  maxLength?: number;
  /** Largest number of texts of a list, or of entries of a map. */
  maxEntries?: number;
  values?: readonly string[];
  /** Values that a form suggests for a text; others are valid, too. */
  suggestions?: readonly string[];
  /** A form edits a text of several lines in a larger box. */
  multiline?: boolean;
  /** A list of names of alerters or monitors; a form suggests the stored ones. */
  refersTo?: 'alerter' | 'monitor';
  /** The settings of each item of a list of maps. */
  of?: SettingsClass;
  /** Converts the accepted spellings to the stored one. Leaves unknown ones as they are. */
  normalise?: (value: unknown) => unknown;
}

// oxlint-disable-next-line typescript/no-explicit-any -- a constructor of anything
export type SettingsClass<T extends object = object> = new (...args: any[]) => T;

/** Whether it belongs to a type, not to every one. */
export function isOfType({ group }: Pick<AttributeMeta, 'group'>): boolean {
  return group !== 'common' && group !== 'alerting';
}

const OWN = Symbol('9volt:attributes');
const SHOWN = Symbol('9volt:shown');

/** The attributes of a settings class that a form shows at first, in this order; it folds the others. */
export function Shown(...names: readonly string[]): ClassDecorator {
  return (cls) => Reflect.defineMetadata(SHOWN, names, cls.prototype as object);
}

/** Those of a class before those of its base classes. */
export function shownFirst(cls: SettingsClass): readonly string[] {
  return [...new Set(prototypesOf(cls).flatMap((at) => (Reflect.getOwnMetadata(SHOWN, at) as string[]) ?? []))];
}

export function recordAttribute(prototype: object, meta: AttributeMeta): void {
  const own = (Reflect.getOwnMetadata(OWN, prototype) as AttributeMeta[] | undefined) ?? [];
  Reflect.defineMetadata(OWN, [...own.filter((known) => known.name !== meta.name), meta], prototype);
}

const gathered = new WeakMap<object, ReadonlyMap<string, AttributeMeta>>();

/** The attributes of a settings class, those of its base classes first; a redeclared one keeps the position of the base. */
export function attributesOf(cls: SettingsClass): ReadonlyMap<string, AttributeMeta> {
  const known = gathered.get(cls);
  if (known) return known;
  const attributes = new Map<string, AttributeMeta>();
  for (const prototype of prototypesOf(cls).reverse()) {
    for (const meta of (Reflect.getOwnMetadata(OWN, prototype) as AttributeMeta[] | undefined) ?? []) {
      attributes.set(meta.name, meta);
    }
  }
  gathered.set(cls, attributes);
  return attributes;
}

/** The class first, then its base classes. */
function prototypesOf(cls: SettingsClass): object[] {
  const chain: object[] = [];
  for (
    let at = cls.prototype as object | null;
    at && at !== Object.prototype;
    at = Object.getPrototypeOf(at) as object | null
  ) {
    chain.push(at);
  }
  return chain;
}
