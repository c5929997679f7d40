import { afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { cleanup, fireEvent, screen } from '@testing-library/react';
import { typesOf } from '../../testing/api-document.js';
import { completeDom } from '../../testing/dom.js';
import { renderAt } from '../../testing/render.js';
import { attributesOf } from './attributes.js';
import { faultsOf, NO_REFUSAL } from './faults.js';
import { SchemaForm } from './schema-form.js';

/** Every type of the API. */
const types = (['Monitor', 'Alerter'] as const).flatMap((noun) =>
  typesOf(noun).map(([type, schema]) => [noun, type, schema] as const),
);

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
  it.each(types)('%s %s', (_noun, type, schema) => {
    const attributes = attributesOf(schema);
    expect(attributes.length).toBeGreaterThan(1);
    renderAt(
      <SchemaForm
        type={type}
        attributes={attributes}
        config={{ type }}
        faults={faultsOf(NO_REFUSAL, [])}
        suggestions={{}}
        onChange={jest.fn()}
      />,
    );
    for (const title of document.querySelectorAll('details > summary')) fireEvent.click(title);
    const missing = attributes.filter(({ path }) => path.join() !== 'type').filter(({ name }) => !controlOf(name));
    expect(missing.map(({ path }) => path.join('/'))).toEqual([]);
  });
});
