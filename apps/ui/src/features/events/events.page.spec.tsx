import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { cleanup, fireEvent, screen, waitFor } from '@testing-library/react';
import { completeDom, fakeApi } from '../../testing/dom.js';
import { eventOf } from '../../testing/fixtures.js';
import { fakeStore, renderAt } from '../../testing/render.js';
import EventsPage from './events.page.js';

const idOf = (n: number): string => `e${String(n).padStart(4, '0')}`;
/** Newest first, a page and a bit. */
const STORED = Array.from({ length: 130 }, (_, n) => eventOf(idOf(130 - n)));

let queries: URLSearchParams[];

beforeEach(() => {
  completeDom();
  queries = [];
  fakeApi({
    'GET /api/v1/cluster': () => ({ Members: {} }),
    'GET /api/v1/event': (_body, { searchParams }) => {
      queries.push(searchParams);
      const page = Number(searchParams.get('page'));
      return STORED.slice((page - 1) * 100, page * 100);
    },
  });
});
afterEach(cleanup);

const shown = (): number => document.querySelectorAll('[data-row]').length;
const press = (name: string): void => void fireEvent.click(screen.getByRole('button', { name }));

it('reads older pages until there are no more', async () => {
  renderAt(<EventsPage />, { path: '/events' });
  await waitFor(() => expect(shown()).toBe(100));
  press('Older');
  await waitFor(() => expect(shown()).toBe(130));
  expect(screen.queryByRole('button', { name: 'Older' })).toBeNull();
});

it('shows events as they happen, but not while it is paused', async () => {
  const store = fakeStore({ connection: 'live', states: new Map(), events: [] });
  renderAt(<EventsPage />, { path: '/events', store });
  await waitFor(() => expect(shown()).toBe(100));
  store.set({ events: [eventOf('f1', { message: 'just now' })] });
  expect(screen.getByText('just now')).toBeTruthy();
  press('Pause');
  store.set({ events: [eventOf('f2', { message: 'meanwhile' }), eventOf('f1', { message: 'just now' })] });
  expect(screen.queryByText('meanwhile')).toBeNull();
  expect(screen.getByText('Paused, 1 new event')).toBeTruthy();
  press('Resume');
  expect(screen.getByText('meanwhile')).toBeTruthy();
});

it('filters by the URL, the live ones, too', async () => {
  const store = fakeStore({ connection: 'live', states: new Map(), events: [] });
  const { router } = renderAt(<EventsPage />, { path: '/events?type=leader-elected&member=w1', store });
  await waitFor(() => expect(shown()).toBe(100));
  expect(Object.fromEntries(queries[0] ?? [])).toMatchObject({ type: 'leader-elected', member: 'w1', page: '1' });
  store.set({ events: [eventOf('f1', { message: 'another type', memberid: 'w1' })] });
  expect(screen.queryByText('another type')).toBeNull();
  fireEvent.change(screen.getByLabelText('Search events'), { target: { value: 'boiler' } });
  await waitFor(() => expect(router.state.location.search).toContain('q=boiler'));
  await waitFor(() => expect(queries.at(-1)?.get('q')).toBe('boiler'));
});
