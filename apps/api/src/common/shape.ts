import { type JsonSchema, STATUSES, type Status, type AlarmStatus } from '@9volt/contracts';

declare const shape: unique symbol;

interface Carrier<T> {
  readonly is: T;
}

/** A JSON Schema that also carries the TypeScript type of its value, so a shape is written once. */
export interface Schema<T> extends JsonSchema {
  readonly [shape]?: Carrier<T>;
}

/** The type of a schema's or a component's value. */
export type Shape<S> = S extends Component<infer T> ? T : S extends { readonly [shape]?: Carrier<infer T> } ? T : never;

/** A named schema of the OpenAPI document, with an example if a route takes or answers it. */
export interface Component<T> {
  readonly name: string;
  readonly schema: Schema<T>;
  readonly example?: T;
}

export function component<T>(name: string, schema: Schema<T>, example?: T): Component<T> {
  return { name, schema, ...(example === undefined ? {} : { example }) };
}

export const text: Schema<string> = { type: 'string' };
export const textOrNull: Schema<string | null> = { type: ['string', 'null'] };
export const instant: Schema<string> = { type: 'string', format: 'date-time' };
export const instantOrNull: Schema<string | null> = { type: ['string', 'null'], format: 'date-time' };
export const number: Schema<number> = { type: 'number' };
export const numberOrNull: Schema<number | null> = { type: ['number', 'null'] };
export const count: Schema<number> = { type: 'integer', minimum: 0 };
export const flag: Schema<boolean> = { type: 'boolean' };
export const texts: Schema<string[]> = { type: 'array', items: text };
export const anything: Schema<Record<string, unknown>> = { type: 'object', additionalProperties: true };
export const status: Schema<Status> = { type: 'string', enum: [...STATUSES] };
export const told: Schema<AlarmStatus> = { type: 'string', enum: STATUSES.filter((one) => one !== 'ok') };

export function oneOfTexts<T extends string>(values: readonly T[]): Schema<T> {
  return { type: 'string', enum: [...values] };
}

/** A reference to a component, by itself or by the name of one made from settings classes. */
export function ref<T = Record<string, unknown>>(to: Component<T> | string): Schema<T> {
  return { $ref: `#/components/schemas/${typeof to === 'string' ? to : to.name}` };
}

export function orNull<T>(schema: Schema<T>): Schema<T | null> {
  return { oneOf: [schema, { type: 'null' }] };
}

export function list<T>(items: Schema<T>): Schema<T[]> {
  return { type: 'array', items };
}

export function map<T>(values: Schema<T>): Schema<Record<string, T>> {
  return { type: 'object', additionalProperties: values };
}

type Properties = Readonly<Record<string, JsonSchema>>;
type Whole<P extends Properties, O extends keyof P> = { [K in Exclude<keyof P, O>]: Shape<P[K]> } & {
  [K in O]?: Shape<P[K]>;
};

/** An object with exactly these properties; all are required except those in `optional`. */
export function object<P extends Properties, O extends Extract<keyof P, string> = never>(
  properties: P,
  optional: readonly O[] = [],
  description?: string,
): Schema<Whole<P, O>> {
  const required = Object.keys(properties).filter((name) => !(optional as readonly string[]).includes(name));
  return {
    type: 'object',
    ...(description === undefined ? {} : { description }),
    additionalProperties: false,
    properties,
    ...(required.length > 0 ? { required } : {}),
  };
}

/**
 * A default is the meaning of an omitted attribute. Answers omit it, too, and generated clients assume that an attribute with a
 * `default` is always present: so the description contains it instead.
 */
export function withoutDefaults({ default: value, ...schema }: JsonSchema): JsonSchema {
  const properties = schema['properties'] as Record<string, JsonSchema> | undefined;
  const items = schema['items'] as JsonSchema | undefined;
  return {
    ...schema,
    ...(items && { items: withoutDefaults(items) }),
    ...(value === undefined
      ? {}
      : { description: `${String(schema['description'])} Default: \`${String(value)}\`.`, 'x-default': value }),
    ...(properties && {
      properties: Object.fromEntries(
        Object.entries(properties).map(([name, property]) => [name, withoutDefaults(property)]),
      ),
    }),
  };
}
