import { afterEach, expect, it, jest } from '@jest/globals';
import { act, cleanup, fireEvent, render, screen } from '@testing-library/react';
import type { Live } from '../lib/live-store.js';
import { eventOf, stateOf } from '../testing/fixtures.js';
import { App } from './app.js';

const LOADING: Live = { connection: 'connecting', error: undefined, states: undefined, events: undefined };

function fakeStore(first: Partial<Live> = {}) {
  let live = { ...LOADING, ...first };
  let listener = (): void => undefined;
  return {
    snapshot: () => live,
    subscribe: (given: () => void) => {
      listener = given;
      return () => undefined;
    },
    start: jest.fn(),
    stop: jest.fn(),
    useToken: jest.fn(),
    set: (change: Partial<Live>) =>
      act(() => {
        live = { ...live, ...change };
        listener();
      }),
  };
}

afterEach(cleanup);

it('says that it loads, that there is nothing, and what went wrong', () => {
  const store = fakeStore();
  const { unmount } = render(<App store={store} />);
  expect(screen.getAllByText('Loading…')).toHaveLength(2);
  expect(store.start).toHaveBeenCalledTimes(1);
  store.set({ connection: 'live', states: new Map(), events: [] });
  expect(screen.getByRole('status').textContent).toBe('live');
  expect(screen.getByText('No monitors yet.')).toBeTruthy();
  expect(screen.getByText('No events in the last 24 hours.')).toBeTruthy();
  store.set({ connection: 'reconnecting', error: 'etcd does not answer' });
  expect(screen.getByRole('status').textContent).toBe('reconnecting');
  expect(screen.getByRole('alert').textContent).toBe('etcd does not answer');
  unmount();
  expect(store.stop).toHaveBeenCalledTimes(1);
});

it('shows states, the worst first, and events, as they change, all as text', () => {
  const evil = '<img src=x onerror=alert(1)>';
  const states = new Map(
    [stateOf('fine'), stateOf('broken', { status: 'critical', count: 3, message: evil })].map((s) => [s.name, s]),
  );
  const store = fakeStore({
    connection: 'live',
    states,
    events: [eventOf('e1', { message: evil, monitor: 'broken' })],
  });
  render(<App store={store} />);
  const rows = (table: string): string[][] =>
    [...screen.getByRole('table', { name: table }).querySelectorAll('tbody tr')].map((row) =>
      [...row.querySelectorAll('td')].map(({ textContent }) => textContent ?? ''),
    );
  expect(rows('States')).toEqual([
    ['broken', 'critical', expect.stringMatching(/\d/), '3', evil, 'worker-1'],
    ['fine', 'ok', expect.stringMatching(/\d/), '0', 'N/A', 'worker-1'],
  ]);
  expect(rows('Events')).toEqual([[expect.stringMatching(/\d/), 'status-changed', 'broken', evil]]);
  expect(document.querySelector('img')).toBeNull();
  store.set({ states: new Map(states).set('fine', stateOf('fine', { status: 'unknown', reason: 'why' })) });
  expect(rows('States').map(([name, status]) => [name, status])).toEqual([
    ['broken', 'critical'],
    ['fine', 'unknown'],
  ]);
});

it('asks for a token that a header can carry', () => {
  const store = fakeStore({ connection: 'unauthorized', error: 'No access token found' });
  render(<App store={store} />);
  expect(screen.getByRole('alert').textContent).toBe('No access token found');
  const give = (value: string): void => {
    fireEvent.change(screen.getByLabelText('Access token'), { target: { value } });
    fireEvent.click(screen.getByRole('button'));
  };
  give('schlüssel');
  expect(screen.getByRole('alert').textContent).toMatch(/ASCII/);
  expect(store.useToken).not.toHaveBeenCalled();
  give(' secret ');
  expect(store.useToken).toHaveBeenCalledWith('secret');
});
