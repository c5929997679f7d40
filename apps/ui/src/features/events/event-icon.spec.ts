import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { EVENT_TYPES } from './event-icon.js';

test('every type of event of the API has an icon and a filter', () => {
  const path = join(import.meta.dirname, '../../../../api/openapi.json');
  const document = JSON.parse(readFileSync(path, 'utf8')) as {
    components: { schemas: { Event: { properties: { type: { enum: string[] } } } } };
  };
  const told = document.components.schemas.Event.properties.type.enum;
  expect(told.length).toBeGreaterThan(20);
  expect([...EVENT_TYPES].sort()).toEqual([...told].sort());
});
