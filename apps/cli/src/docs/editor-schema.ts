import { alerterTypes } from '@9volt/alerters';
import {
  AlerterSettings,
  type AttributeMeta,
  attributesOf,
  type JsonSchema,
  jsonSchemaOf,
  MaintenanceSettings,
  ReportSettings,
  type SettingsClass,
  StatusPageSettings,
} from '@9volt/contracts';
import { monitorTypes } from '@9volt/monitors';

const NAME = { minLength: 1, maxLength: 200, pattern: '^[^/\\u0000-\\u001f\\u007f]+$' };
const DURATION = '^\\+?((\\d+(\\.\\d*)?|\\.\\d+)(ns|us|µs|μs|ms|s|m|h|d|y))+$';

/**
 * JSON Schema of the files that `9volt cfg` reads, for editors: draft 7, which they know. It distinguishes types by `if` and `then`
 * rather than `oneOf`, so that editors show a fault at its attribute and not as "matches none".
 */
export function editorSchema(): JsonSchema {
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: '9volt configuration',
    description:
      'Monitors, alerters, maintenance windows, status pages and reports, each a map from name to settings. Made by "npm run generate" from the settings classes.',
    type: 'object',
    additionalProperties: false,
    patternProperties: { '^x-': { description: 'Yours: 9volt reads no attribute that starts with x-.' } },
    properties: {
      monitor: mapOf('monitor', 'Monitors by name.'),
      alerter: mapOf('alerter', 'Alerters by name.'),
      maintenance: mapOf('maintenance', 'Maintenance windows by name.'),
      'status-page': mapOf('status-page', 'Public status pages by slug.'),
      report: mapOf('report', 'Reports by mail, by name.'),
    },
    definitions: {
      maintenance: settingsSchema(MaintenanceSettings),
      'status-page': settingsSchema(StatusPageSettings),
      report: settingsSchema(ReportSettings),
      monitor: byType(
        [...monitorTypes].map(([type, { summary }]) => ({ type, summary, definition: `monitor-${type}` })),
      ),
      alerter: byType(
        [...alerterTypes].map(([type, { summary }]) => ({ type, summary, definition: `alerter-${type}` })),
      ),
      ...Object.fromEntries(
        [...monitorTypes].map(([type, { settings }]) => [`monitor-${type}`, settingsSchema(settings, type)]),
      ),
      ...Object.fromEntries(
        [...alerterTypes].map(([type, { options }]) => [`alerter-${type}`, alerterSchema(type, options)]),
      ),
    },
  };
}

function mapOf(
  kind: 'monitor' | 'alerter' | 'maintenance' | 'status-page' | 'report',
  description: string,
): JsonSchema {
  return {
    description,
    type: ['object', 'null'],
    propertyNames: NAME,
    additionalProperties: { $ref: `#/definitions/${kind}` },
  };
}

function byType(types: readonly { type: string; summary: string; definition: string }[]): JsonSchema {
  return {
    type: 'object',
    required: ['type'],
    properties: {
      type: {
        enum: types.map(({ type }) => type),
        description: types.map(({ type, summary }) => `${type}: ${summary}`).join('\n'),
      },
    },
    allOf: types.map(({ type, definition }) => ({
      if: { required: ['type'], properties: { type: { const: type } } },
      then: { $ref: `#/definitions/${definition}` },
    })),
  };
}

function alerterSchema(type: string, options: SettingsClass): JsonSchema {
  const common = settingsSchema(AlerterSettings, type);
  const schema = settingsSchema(options);
  return {
    ...common,
    required: ['type', ...('required' in schema ? ['options'] : [])],
    properties: { ...(common['properties'] as JsonSchema), options: schema },
  };
}

function settingsSchema(cls: SettingsClass, type?: string): JsonSchema {
  const attributes = attributesOf(cls);
  const { properties, ...schema } = jsonSchemaOf(cls);
  return {
    ...schema,
    properties: Object.fromEntries(
      Object.entries(properties as Record<string, JsonSchema>).map(([name, property]) => [
        name,
        name === 'type' && type !== undefined
          ? { const: type, description: property['description'] }
          : propertyForEditors(property, attributes.get(name) as AttributeMeta),
      ]),
    ),
  };
}

/** Without keywords that only our own forms understand, and with the message for a wrong value. */
function propertyForEditors(property: JsonSchema, meta: AttributeMeta): JsonSchema {
  const known = Object.entries(property).filter(
    ([keyword]) => !keyword.startsWith('x-') && !['description', 'example', 'format'].includes(keyword),
  );
  return {
    ...Object.fromEntries(known),
    ...(meta.kind === 'duration'
      ? {
          oneOf: [
            { type: 'string', pattern: DURATION },
            { type: 'integer', minimum: 1 },
          ],
        }
      : {}),
    ...(meta.of ? { items: settingsSchema(meta.of) } : {}),
    ...(meta.required && meta.kind === 'text' ? { minLength: 1 } : {}),
    description: `${meta.doc} Expected: ${meta.expected}.`,
    ...(meta.suggestions ? { examples: meta.suggestions } : {}),
    ...(meta.example === undefined || meta.secret || meta.suggestions ? {} : { examples: [meta.example] }),
  };
}
