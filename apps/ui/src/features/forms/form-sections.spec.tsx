import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { cleanup, screen } from '@testing-library/react';
import { typesOf } from '../../testing/api-document.js';
import { completeDom, fakeApi } from '../../testing/dom.js';
import { renderAt } from '../../testing/render.js';
import EditMonitorPage from '../monitors/edit-monitor.page.js';
import { attributesOf } from './attributes.js';

const schemas = Object.fromEntries(typesOf('Monitor').map(([type, schema]) => [type, { summary: type, schema }]));

beforeEach(() => {
  completeDom();
  fakeApi({
    'GET /api/v1/schema/monitor': () => schemas,
    'GET /api/v1/alerter': () => [],
    'GET /api/v1/cluster': () => ({ Members: { w: { Role: 'worker', Name: 'w', Tags: ['eu'] } } }),
  });
});
afterEach(cleanup);

/** What somebody sees who opens the form: not what is folded. */
const visible = (): HTMLElement[] =>
  [...document.querySelectorAll<HTMLElement>('input:not([type=hidden]), textarea, select')].filter(
    (input) => input.closest('details:not([open])') === null,
  );

describe('a new form shows at most 12 inputs, all required ones among them', () => {
  it.each(typesOf('Monitor'))('monitor %s', async (type, { required }) => {
    renderAt(<EditMonitorPage />, { path: `/monitors/new?type=${type}` });
    await screen.findByLabelText(/^name/);
    const inputs = visible();
    expect(inputs.length).toBeLessThanOrEqual(12);
    expect(inputs.length).toBeGreaterThanOrEqual(5);
    const ids = inputs.map(({ id }) => id);
    expect(ids).toEqual(expect.arrayContaining((required as string[]).map((name) => `field-${name}`)));
  });

  it.each(typesOf('Alerter'))('alerter %s', (_type, schema) => {
    const shown = attributesOf(schema).filter((attribute) => attribute.shown !== undefined);
    expect(shown.length).toBeLessThanOrEqual(12 - 2);
    expect(shown.length).toBeGreaterThanOrEqual(2);
  });
});
