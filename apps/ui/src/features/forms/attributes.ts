import { ownOf } from '@9volt/contracts/by-name';
import type { FieldProblem, Schemas } from '../../lib/api-client.js';

export type TypeSchemas = Schemas['SchemaMap'];
export type Json = Record<string, unknown>;

/** Replaces a secret in every answer; if it is sent back, the stored secret stays. */
const MASKED = '********';

/** The facts about an attribute that its control needs. */
export interface Attribute {
  /** Its path in the configuration: `['host']`, `['options', 'token']`. */
  path: readonly string[];
  name: string;
  kind: string;
  group: string;
  /** Its place among those that a form shows at first; undefined if it folds it. */
  shown: number | undefined;
  isRequired: boolean;
  help: string;
  hint: string | undefined;
  default: unknown;
  isSecret: boolean;
  isMultiline: boolean;
  refersTo: string | undefined;
  values: readonly string[];
  /** Suggested values of a text. */
  suggestions: readonly string[] | undefined;
  minimum: number | undefined;
  maximum: number | undefined;
  /** Of a list of maps: the attributes of one, by their paths in it. */
  items: readonly Attribute[] | undefined;
}

const UNITS: Readonly<Record<string, string>> = {
  duration: 'Duration, such as 500ms, 10s, 1m30s, 1h or 7d.',
  time: 'In your time zone.',
};

/** The attributes of a type; those of a nested object are treated as if they stood beside the others. */
export function attributesOf(schema: Json, path: readonly string[] = []): Attribute[] {
  const properties = (schema['properties'] ?? {}) as Record<string, Json>;
  const required = (schema['required'] ?? []) as string[];
  return Object.entries(properties).flatMap(([name, property]) =>
    property['properties']
      ? attributesOf(property, [...path, name])
      : [attributeOf(name, property, [...path, name], required.includes(name))],
  );
}

function attributeOf(name: string, property: Json, path: readonly string[], isRequired: boolean): Attribute {
  const kind = kindOf(property);
  const fallback = property['default'];
  const example = property['example'];
  const [minimum, maximum] = [property['minimum'], property['maximum']] as (number | undefined)[];
  const range = minimum !== undefined && maximum !== undefined ? `From ${minimum} to ${maximum}.` : '';
  return {
    path,
    name,
    kind,
    group: typeof property['x-group'] === 'string' ? property['x-group'] : 'specific',
    shown: typeof property['x-shown'] === 'number' ? property['x-shown'] : isRequired ? 0 : undefined,
    isRequired,
    // The marks of code are for documents.
    help: [property['description'], ownOf(UNITS, kind) ?? range].filter(Boolean).join(' ').replaceAll('`', ''),
    hint:
      isPlain(fallback) && fallback !== ''
        ? `default ${fallback}`
        : isPlain(example)
          ? `such as ${example}`
          : undefined,
    default: fallback,
    isSecret: property['x-secret'] === true,
    isMultiline: property['x-multiline'] === true,
    refersTo: property['x-refers-to'] as string | undefined,
    values: (property['enum'] ?? []) as string[],
    suggestions: property['x-suggestions'] as string[] | undefined,
    minimum,
    maximum,
    items: kind === 'items' ? attributesOf((property['items'] ?? {}) as Json) : undefined,
  };
}

function isPlain(value: unknown): value is string | number {
  return typeof value === 'string' || typeof value === 'number';
}

const KINDS = [
  'text',
  'integer',
  'number',
  'flag',
  'duration',
  'time',
  'choice',
  'text-list',
  'text-map',
  'escalation',
  'items',
];

/** The kind that the API says; for a kind that is unknown here, derived from the JSON type. */
function kindOf(property: Json): string {
  const kind = property['x-kind'];
  if (typeof kind === 'string' && KINDS.includes(kind)) return property['enum'] ? 'choice' : kind;
  if (property['enum']) return 'choice';
  switch (property['type']) {
    case 'boolean':
      return 'flag';
    case 'integer':
    case 'number':
      return property['type'];
    case 'array':
      return 'text-list';
    case 'object':
      return 'text-map';
    default:
      return 'text';
  }
}

/** The paths of all controls: in a list of maps first those of each field of each map, then the map, then the list. */
export function pathsOf(attributes: readonly Attribute[], config: Json): string[][] {
  return attributes.flatMap(({ path, items }) => {
    const value = items && valueAt(config, path);
    const maps = Array.isArray(value) ? value : [];
    const inside = maps.flatMap((_map, at) => {
      const own = [...path, String(at)];
      return [...(items ?? []).map((one) => [...own, ...one.path]), own];
    });
    return [...inside, [...path]];
  });
}

/** The required attributes without a value, as the API would refuse them. */
export function missingIn(config: Json, attributes: readonly Attribute[]): Pick<FieldProblem, 'pointer' | 'message'>[] {
  return attributes
    .filter(({ path, isRequired }) => isRequired && ['', undefined].includes(valueAt(config, path) as string))
    .map(({ path, name }) => ({ pointer: `/${path.join('/')}`, message: `${name}: is required` }));
}

/** The id of its control. */
export const fieldId = (path: readonly string[]): string => `field-${path.join('-')}`;

export function valueAt(config: Json, [first = '', ...rest]: readonly string[]): unknown {
  const value = ownOf(config, first);
  return rest.length === 0 || value === undefined ? value : valueAt((value ?? {}) as Json, rest);
}

/** The configuration with another value of an attribute; undefined removes it. */
export function withValue(config: Json, [first = '', ...rest]: readonly string[], value: unknown): Json {
  if (rest.length > 0) return { ...config, [first]: withValue((ownOf(config, first) ?? {}) as Json, rest, value) };
  if (value !== undefined) return { ...config, [first]: value };
  return Object.fromEntries(Object.entries(config).filter(([name]) => name !== first));
}

/** The attributes of a configuration that another type has, too. */
export function convertedTo(type: string, config: Json, schema: Json): Json {
  let converted: Json = { type };
  for (const { path } of attributesOf(schema)) {
    const value = valueAt(config, path);
    if (value !== undefined && path.join() !== 'type') converted = withValue(converted, path, value);
  }
  return 'options' in ((schema['properties'] ?? {}) as Json) && !('options' in converted)
    ? { ...converted, options: {} }
    : converted;
}

/** Without its secrets, which cannot be copied: no answer contains them. */
export function withoutSecrets(config: Json): { config: Json; left: string[] } {
  const left: string[] = [];
  const clean = (value: unknown, at: string): unknown => {
    if (value === MASKED) {
      left.push(at);
      return undefined;
    }
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
    const entries = Object.entries(value).map(([name, inner]) => [name, clean(inner, name)] as const);
    return Object.fromEntries(entries.filter(([, inner]) => inner !== undefined));
  };
  return { config: clean(config, '') as Json, left };
}
