import { monitorPath } from '@9volt/contracts/pages';
import { afterEach, beforeEach, expect, it, jest } from '@jest/globals';
import { cleanup, fireEvent, render, screen } from '@testing-library/react';
import { createMemoryRouter } from 'react-router';
import { createQueryClient } from '../lib/queries.js';
import { completeDom, fakeApi } from '../testing/dom.js';
import { eventOf, stateOf } from '../testing/fixtures.js';
import { type FakeStore, fakeStore } from '../testing/render.js';
import { App } from './app.js';
import { routes } from './routes.js';

const CLUSTER = { Members: {}, Director: null, Orphans: [], Quarantined: [], Outbox: { depth: 0, oldestAgeMs: 0 } };

beforeEach(() => {
  completeDom();
  fakeApi({ 'GET /api/v1/cluster': () => CLUSTER });
});
afterEach(cleanup);

function renderApp(store: FakeStore, path = '/') {
  const router = createMemoryRouter(routes, { initialEntries: [path] });
  return { ...render(<App store={store} queries={createQueryClient(store)} router={router} />), router };
}

it('shows the connection, and why it failed', async () => {
  const store = fakeStore();
  renderApp(store);
  expect(await screen.findByText('Loading monitors…')).toBeTruthy();
  const connection = (): string | null | undefined => document.querySelector('[data-connection]')?.textContent;
  store.set({ connection: 'live', states: new Map(), events: [] });
  expect(connection()).toBe('live');
  expect(await screen.findByText(/No monitors yet/)).toBeTruthy();
  store.set({ connection: 'reconnecting', error: 'etcd does not answer', staleSince: Date.now() });
  expect(connection()).toBe('reconnecting');
  expect(screen.getByText('etcd does not answer')).toBeTruthy();
  store.set({ staleSince: Date.now() - 60_000 });
  expect(connection()).toMatch(/^stale since /);
});

it('begins with problems, the worst first, as they change, all as text', async () => {
  const evil = '<img src=x onerror=alert(1)>';
  const states = new Map(
    [
      stateOf('fine'),
      stateOf('doubtful', { status: 'warning', message: 'slow' }),
      stateOf(evil, { status: 'critical', count: 3, message: evil }),
    ].map((state) => [state.name, state]),
  );
  const store = fakeStore({ connection: 'live', states, events: [eventOf('e1', { message: evil, monitor: 'fine' })] });
  renderApp(store);
  await screen.findByRole('list', { name: 'Problems, worst first' });
  const problems = (): (string | undefined)[] =>
    [...document.querySelectorAll<HTMLElement>('[data-monitor]')].map((row) => row.dataset['monitor']);
  expect(problems()).toEqual([evil, 'doubtful']);
  expect(document.querySelector('img')).toBeNull();
  store.set({ states: new Map([['fine', stateOf('fine')]]) });
  expect(await screen.findByText('No problems')).toBeTruthy();
  store.set({ states: new Map([['fine', stateOf('fine', { status: 'unknown', message: 'why' })]]) });
  expect(problems()).toEqual(['fine']);
});

it('asks for a token that a header can carry', () => {
  const store = fakeStore({ connection: 'unauthorized' });
  renderApp(store);
  // Nothing was tried yet.
  expect(screen.queryByRole('alert')).toBeNull();
  const give = (value: string): void => {
    fireEvent.change(screen.getByLabelText(/Access token/), { target: { value } });
    fireEvent.click(screen.getByRole('button', { name: 'Sign in' }));
  };
  give('schlüssel');
  expect(screen.getByRole('alert').textContent).toMatch(/ASCII/);
  expect(store.signIn).not.toHaveBeenCalled();
  jest.mocked(store.signIn).mockResolvedValue();
  fireEvent.click(screen.getByLabelText(/Stay signed in/));
  give(' secret ');
  expect(store.signIn).toHaveBeenCalledWith('secret', true);
  store.set({ error: 'invalid access token' });
  expect(screen.getByRole('alert').textContent).toBe('invalid access token');
});

it.each(['web', 'a b', "it's (old) 50%"])(
  'leads from the address in an alert of an earlier version to monitor %s',
  async (name) => {
    fakeApi({});
    const path = `/monitors/${encodeURIComponent(name)}`;
    const { router } = renderApp(fakeStore({ connection: 'live', states: new Map(), events: [] }), path);
    expect(await screen.findByRole('heading', { name })).toBeTruthy();
    expect(router.state.location.pathname).toBe(monitorPath(name));
  },
);
