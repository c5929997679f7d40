/// <reference types="node" />
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

type Json = Record<string, unknown>;
const DOCUMENT = join(process.cwd(), '../api/openapi.json');
const { schemas } = (JSON.parse(readFileSync(DOCUMENT, 'utf8')) as { components: { schemas: Record<string, Json> } })
  .components;

/** The schema of each type of the API. */
export function typesOf(noun: 'Monitor' | 'Alerter'): [type: string, schema: Json][] {
  const { mapping } = schemas[noun]?.['discriminator'] as { mapping: Record<string, string> };
  return Object.entries(mapping).map(([type, pointer]) => [type, schemas[pointer.split('/').at(-1) ?? ''] as Json]);
}
