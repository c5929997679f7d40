/// <reference types="node" />
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { cleanup, screen } from '@testing-library/react';
import { completeDom } from '../../testing/dom.js';
import { renderAt } from '../../testing/render.js';
import { attributesOf, type Json } from './attributes.js';
import { faultsOf } from './faults.js';
import { SchemaForm } from './schema-form.js';

const DOCUMENT = join(process.cwd(), '../api/openapi.json');
const { schemas } = (JSON.parse(readFileSync(DOCUMENT, 'utf8')) as { components: { schemas: Record<string, Json> } })
  .components;

/** Every type of the API, by the name of its schema. */
const types = ['Monitor', 'Alerter'].flatMap((noun) => {
  const { mapping } = schemas[noun]?.['discriminator'] as { mapping: Record<string, string> };
  return Object.entries(mapping).map(([type, pointer]) => [noun, type, pointer.split('/').at(-1) ?? ''] as const);
});

beforeAll(completeDom);
afterEach(cleanup);

/** Whether a label leads to a control that is not a field for JSON. */
function controlOf(name: string): Element | undefined {
  const escaped = name.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return screen
    .queryAllByLabelText(new RegExp(`^${escaped}( \\*)?$`))
    .find((element) => element.matches('input, textarea, select, [role="group"]:has(button)'));
}

describe('every attribute has a labelled control', () => {
  it.each(types)('%s %s', (_noun, type, name) => {
    const attributes = attributesOf(schemas[name] as Json);
    expect(attributes.length).toBeGreaterThan(1);
    renderAt(
      <SchemaForm
        type={type}
        attributes={attributes}
        config={{ type }}
        faults={faultsOf([], [])}
        suggestions={{}}
        onChange={jest.fn()}
      />,
    );
    const missing = attributes.filter(({ path }) => path.join() !== 'type').filter(({ name }) => !controlOf(name));
    expect(missing.map(({ path }) => path.join('/'))).toEqual([]);
  });
});
