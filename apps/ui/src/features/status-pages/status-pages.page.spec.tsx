import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { cleanup, fireEvent, screen, waitFor } from '@testing-library/react';
import { Route, Routes } from 'react-router';
import { Toasts } from '../../components/toasts.js';
import { completeDom, FakeProblem, fakeApi } from '../../testing/dom.js';
import { renderAt } from '../../testing/render.js';
import EditStatusPagePage from './edit-status-page.page.js';
import StatusPagesPage from './status-pages.page.js';

const PAGE = {
  name: 'shop',
  config: { title: 'The shop', groups: [{ title: 'Web', monitors: ['web-*'] }] },
  monitors: ['web-1', 'web-2'],
  reason: null,
};
const SCHEMA = {
  type: 'object',
  required: ['title', 'groups'],
  properties: {
    title: { type: 'string', description: 'Title of the page.', 'x-kind': 'text', 'x-group': 'common', 'x-shown': 1 },
    groups: { type: 'array', items: { type: 'object' }, description: 'Groups.', 'x-kind': 'items' },
  },
};

let sent: unknown[];

beforeEach(() => {
  completeDom();
  sent = [];
  fakeApi({
    'GET /openapi.json': () => ({ components: { schemas: { StatusPage: SCHEMA } } }),
    'GET /api/v1/status-page': () => [
      PAGE,
      { ...PAGE, name: 'odd', config: null, monitors: [], reason: 'title: is required' },
    ],
    'GET /api/v1/status-page/shop': () => PAGE,
    'PUT /api/v1/status-page/shop': (body) => {
      sent.push(body);
      return (body as { title: string }).title === 'refused'
        ? new FakeProblem(400, { detail: 'no', errors: [{ pointer: '/title', message: 'title: is not valid' }] })
        : PAGE;
    },
    'PUT /api/v1/status-page/new': (body) => {
      sent.push(body);
      return { ...PAGE, name: 'new' };
    },
  });
});
afterEach(cleanup);

it('lists status pages with a link to each, and the faults of an invalid one', async () => {
  renderAt(<StatusPagesPage />, { path: '/status-pages' });
  expect((await screen.findByText('The shop')).parentElement?.textContent).toContain('2 monitors');
  expect(screen.getByRole('link', { name: 'Open the public page' }).getAttribute('href')).toBe('/status/shop');
  expect(screen.getByRole('alert').textContent).toBe('title: is required');
});

it('edits a page by the attributes of its schema, and shows what the API refuses at its field', async () => {
  renderAt(
    <>
      <Routes>
        <Route path="/status-page/:name/edit" element={<EditStatusPagePage />} />
      </Routes>
      <Toasts />
    </>,
    { path: '/status-page/shop/edit' },
  );
  const title = await screen.findByRole('textbox', { name: /^title/ });
  fireEvent.change(title, { target: { value: 'refused' } });
  fireEvent.click(screen.getByRole('button', { name: 'Save' }));
  await screen.findAllByText('title: is not valid');
  expect(sent).toEqual([{ ...PAGE.config, title: 'refused' }]);
});

it('creates a page, and asks for a slug that can be a part of an address', async () => {
  renderAt(<EditStatusPagePage />, { path: '/status-pages/new' });
  const slug = await screen.findByRole('textbox', { name: /^slug/ });
  fireEvent.change(slug, { target: { value: 'My page' } });
  fireEvent.click(screen.getByRole('button', { name: 'Create' }));
  await screen.findAllByText('Use lower-case letters, digits and hyphens');
  expect(sent).toEqual([]);
  fireEvent.change(slug, { target: { value: 'new' } });
  fireEvent.click(screen.getByRole('button', { name: 'Create' }));
  await waitFor(() => expect(sent).toEqual([{ title: '', groups: [{ title: 'Services', monitors: ['*'] }] }]));
});
