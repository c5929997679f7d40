import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { cleanup, fireEvent, screen, waitFor } from '@testing-library/react';
import { Route, Routes } from 'react-router';
import { Toasts } from '../../components/toasts.js';
import { completeDom, FakeProblem, fakeApi } from '../../testing/dom.js';
import type { LiveState } from '../../lib/live-types.js';
import { fakeStore, renderAt } from '../../testing/render.js';
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
    groups: {
      type: 'array',
      items: {
        type: 'object',
        required: ['title'],
        properties: {
          title: { type: 'string', description: 'Heading.', 'x-kind': 'text', 'x-group': 'common' },
          monitors: { type: 'array', 'x-kind': 'text-list', 'x-group': 'common', 'x-refers-to': 'monitor' },
          tags: { type: 'array', 'x-kind': 'text-list', 'x-group': 'common' },
        },
      },
      description: 'Groups.',
      'x-kind': 'items',
      'x-group': 'common',
    },
    announcements: {
      type: 'array',
      items: {
        type: 'object',
        required: ['text'],
        properties: {
          text: { type: 'string', 'x-kind': 'text', 'x-multiline': true, 'x-group': 'common' },
          kind: { type: 'string', enum: ['info', 'warning'], 'x-kind': 'choice', 'x-group': 'common' },
        },
      },
      'x-kind': 'items',
      'x-group': 'common',
    },
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
      const { title, groups } = body as { title: string; groups: { title?: string }[] };
      const empty = groups.findIndex((group) => group.title === undefined);
      const errors = [
        ...(title === 'refused' ? [{ pointer: '/title', message: 'title: is not valid' }] : []),
        ...(empty < 0 ? [] : [{ pointer: `/groups/${empty}/title`, message: 'title: is required' }]),
      ];
      return errors.length > 0 ? new FakeProblem(400, { detail: 'no', errors }) : PAGE;
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
  const [title] = await screen.findAllByRole('textbox', { name: /^title/ });
  if (!title) throw new Error('there is no title');
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

const monitor = (name: string, tags: string[]): LiveState => ({ name, tags, status: 'ok' }) as never;

function editShop(): void {
  const states = new Map(
    [monitor('web-1', []), monitor('web-2', []), monitor('db', ['public'])].map((one) => [one.name, one]),
  );
  const element = (
    <Routes>
      <Route path="/status-page/:name/edit" element={<EditStatusPagePage />} />
      <Route path="*" element={<p>elsewhere</p>} />
    </Routes>
  );
  renderAt(element, { path: '/status-page/shop/edit', store: fakeStore({ connection: 'live', states }) });
}

/** By its id: to look through all roles of a form takes jsdom long. */
function control(path: string): HTMLElement {
  const found = document.getElementById(`field-groups-${path}`);
  if (!found) throw new Error(`there is no control ${path}`);
  return found;
}

it('adds and fills groups, and says which monitors each would show', async () => {
  editShop();
  await screen.findByText('Shows 2 monitors: web-1, web-2');
  fireEvent.click(screen.getByText('Add group'));
  await screen.findByText('Shows no monitor at present.');
  fireEvent.change(control('1-title'), { target: { value: 'Data' } });
  fireEvent.click(control('1-tags'));
  const option = await waitFor(() => control('1').querySelector<HTMLElement>('[role=option][value=public]'));
  fireEvent.click(option as HTMLElement);
  await screen.findByText('Shows 1 monitor: db');
  fireEvent.click(screen.getByText('Save'));
  await screen.findByText('elsewhere');
  expect(sent).toEqual([{ ...PAGE.config, groups: [...PAGE.config.groups, { title: 'Data', tags: ['public'] }] }]);
});

it('moves and removes groups, and takes announcements', async () => {
  editShop();
  await screen.findByText('Shows 2 monitors: web-1, web-2');
  fireEvent.click(screen.getByText('Add group'));
  fireEvent.change(control('1-title'), { target: { value: 'Data' } });
  fireEvent.click(screen.getByLabelText('Move group 2: Data up'));
  // The focus goes with the group, to the button that still does something.
  await waitFor(() => expect(document.activeElement?.getAttribute('aria-label')).toBe('Move group 1: Data down'));
  fireEvent.click(screen.getByLabelText('Remove group 2: Web'));
  fireEvent.click(screen.getByText('Add announcement'));
  fireEvent.change(document.getElementById('field-announcements-0-text') as HTMLElement, {
    target: { value: 'We move' },
  });
  fireEvent.click(screen.getByText('Save'));
  await screen.findByText('elsewhere');
  expect(sent).toEqual([{ title: 'The shop', groups: [{ title: 'Data' }], announcements: [{ text: 'We move' }] }]);
});

it('shows what the API refuses of a group at its field, until that changes', async () => {
  editShop();
  fireEvent.click(await screen.findByText('Add group'));
  fireEvent.click(screen.getByText('Save'));
  await waitFor(() => expect(control('1-title').getAttribute('aria-invalid')).toBe('true'));
  expect(control('0-title').getAttribute('aria-invalid')).not.toBe('true');
  fireEvent.change(control('0-title'), { target: { value: 'Shop' } });
  expect(control('1-title').getAttribute('aria-invalid')).toBe('true');
  fireEvent.click(screen.getByText('groups 2 title'));
  expect(document.activeElement).toBe(control('1-title'));
  fireEvent.change(control('1-title'), { target: { value: 'Data' } });
  expect(screen.queryByText(/is required/)).toBeNull();
});
