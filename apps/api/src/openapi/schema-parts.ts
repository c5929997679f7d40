import { type JsonSchema, STATUSES } from '@9volt/contracts';

export const text: JsonSchema = { type: 'string' };
export const textOrNull: JsonSchema = { type: ['string', 'null'] };
export const instant: JsonSchema = { type: 'string', format: 'date-time' };
export const instantOrNull: JsonSchema = { type: ['string', 'null'], format: 'date-time' };
export const number: JsonSchema = { type: 'number' };
export const count: JsonSchema = { type: 'integer', minimum: 0 };
export const flag: JsonSchema = { type: 'boolean' };
export const texts: JsonSchema = { type: 'array', items: text };
export const status: JsonSchema = { type: 'string', enum: [...STATUSES] };
export const told: JsonSchema = { type: 'string', enum: STATUSES.filter((one) => one !== 'ok') };

export function ref(name: string): JsonSchema {
  return { $ref: `#/components/schemas/${name}` };
}

export function list(items: JsonSchema): JsonSchema {
  return { type: 'array', items };
}

export function map(values: JsonSchema): JsonSchema {
  return { type: 'object', additionalProperties: values };
}

/** An object with nothing but these; all are there but those in `optional`. */
export function object(
  properties: Record<string, JsonSchema>,
  optional: readonly string[] = [],
  description?: string,
): JsonSchema {
  const required = Object.keys(properties).filter((name) => !optional.includes(name));
  return {
    type: 'object',
    ...(description === undefined ? {} : { description }),
    additionalProperties: false,
    properties,
    ...(required.length > 0 ? { required } : {}),
  };
}
