import { jsonSchemaOf, type SettingsClass } from '@9volt/contracts';
import { type Schema, withoutDefaults } from './shape.js';

export function bodySchema(cls: SettingsClass): Schema<object> {
  return withoutDefaults(jsonSchemaOf(cls));
}
