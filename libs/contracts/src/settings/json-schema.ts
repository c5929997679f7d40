import { attributesOf, type AttributeMeta, type SettingsClass, shownFirst } from './attribute.js';

export interface JsonSchema {
  [keyword: string]: unknown;
}

/**
 * JSON Schema (2020-12, the dialect of OpenAPI 3.1; also valid in 3.0) of a settings class. `x-group`, `x-shown`, `x-secret`,
 * `x-multiline`, `x-refers-to`, `x-suggestions` and `x-kind` tell a form what JSON Schema cannot say. `x-shown` is the place among the
 * attributes that a form shows at first; it folds those without.
 */
export function jsonSchemaOf(cls: SettingsClass): JsonSchema {
  const attributes = [...attributesOf(cls).values()];
  const shown = shownFirst(cls);
  const required = attributes.filter((meta) => meta.required).map((meta) => meta.name);
  return {
    type: 'object',
    additionalProperties: false,
    ...(required.length > 0 ? { required } : {}),
    properties: Object.fromEntries(
      attributes.map((meta) => [meta.name, propertySchema(meta, shown.indexOf(meta.name))]),
    ),
  };
}

function propertySchema(meta: AttributeMeta, place: number): JsonSchema {
  return {
    ...typeOf(meta),
    description: meta.doc,
    ...(meta.default === undefined ? {} : { default: meta.default }),
    ...(meta.example === undefined ? {} : { example: meta.example }),
    'x-kind': meta.kind,
    'x-group': meta.group,
    ...(place === -1 ? {} : { 'x-shown': place + 1 }),
    ...(meta.secret ? { 'x-secret': true, ...(meta.kind === 'text' ? { format: 'password' } : {}) } : {}),
    ...(meta.multiline ? { 'x-multiline': true } : {}),
    ...(meta.refersTo ? { 'x-refers-to': meta.refersTo } : {}),
    ...(meta.suggestions ? { 'x-suggestions': meta.suggestions } : {}),
  };
}

function typeOf(meta: AttributeMeta): JsonSchema {
  switch (meta.kind) {
    case 'text':
      return { type: 'string', ...(meta.maxLength === undefined ? {} : { maxLength: meta.maxLength }) };
    case 'integer':
      return { type: 'integer', minimum: meta.minimum, maximum: meta.maximum };
    case 'number':
      return { type: 'number', minimum: meta.minimum, maximum: meta.maximum };
    case 'flag':
      return { type: 'boolean' };
    case 'duration':
      return { oneOf: [{ type: 'string' }, { type: 'integer', minimum: 1 }] };
    case 'time':
      return { type: 'string', format: 'date-time' };
    case 'choice':
      return { type: 'string', enum: meta.values };
    case 'text-list':
      return { type: 'array', maxItems: meta.maxEntries, items: { type: 'string' } };
    case 'text-map':
      return { type: 'object', maxProperties: meta.maxEntries, additionalProperties: { type: 'string' } };
    case 'match':
      return matcherSchema();
    case 'items':
      return { type: 'array', maxItems: meta.maxEntries, ...(meta.of ? { items: jsonSchemaOf(meta.of) } : {}) };
    case 'escalation':
      return {
        type: 'array',
        maxItems: meta.maxEntries,
        items: {
          type: 'object',
          additionalProperties: false,
          required: ['after', 'alerter'],
          properties: {
            after: { type: 'string', description: 'Since the first alarm of the present status: a duration.' },
            alerter: { type: 'array', minItems: 1, items: { type: 'string' }, description: 'Names of alerters.' },
          },
        },
      };
  }
}

/** Schema of a matcher. */
export function matcherSchema(): JsonSchema {
  const text = (description: string): JsonSchema => ({ type: 'string', minLength: 1, maxLength: 400, description });
  return {
    type: 'object',
    additionalProperties: false,
    minProperties: 1,
    properties: {
      name: text('A name, or a glob: `*` stands for any characters, `?` for one.'),
      tags: {
        type: 'array',
        minItems: 1,
        maxItems: 50,
        items: text('A tag.'),
        description: 'Tags that the monitor carries, all of them.',
      },
      type: text('Type of the monitor.'),
      'member-tag': text('`member-tag` of the monitor.'),
      status: {
        type: 'array',
        minItems: 1,
        maxItems: 3,
        items: { type: 'string', enum: ['warning', 'critical', 'unknown'] },
        description: 'Statuses, of which the monitor has one.',
      },
    },
  };
}
