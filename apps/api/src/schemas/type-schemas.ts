import { alerterTypes } from '@9volt/alerters';
import { AlerterSettings, type JsonSchema, jsonSchemaOf } from '@9volt/contracts';
import { monitorTypes } from '@9volt/monitors';

/** JSON Schema 2020-12 by type, with the type's one-line summary. */
export type TypeSchemas = Record<string, { summary: string; schema: JsonSchema }>;

export function monitorSchemas(): TypeSchemas {
  return Object.fromEntries(
    [...monitorTypes].map(([type, { summary, settings }]) => [
      type,
      { summary, schema: typed(type, jsonSchemaOf(settings)) },
    ]),
  );
}

export function alerterSchemas(): TypeSchemas {
  return Object.fromEntries(
    [...alerterTypes].map(([type, { summary, options }]) => {
      const common = jsonSchemaOf(AlerterSettings);
      const schema = {
        ...common,
        properties: { ...(common['properties'] as JsonSchema), options: jsonSchemaOf(options) },
        required: [...new Set([...((common['required'] as string[] | undefined) ?? []), 'options'])],
      };
      return [type, { summary, schema: typed(type, schema) }];
    }),
  );
}

/** The type is fixed, so a document matches the schema of one type only. */
function typed(type: string, schema: JsonSchema): JsonSchema {
  const properties = schema['properties'] as Record<string, JsonSchema>;
  return { ...schema, properties: { ...properties, type: { ...properties['type'], enum: [type], example: type } } };
}
