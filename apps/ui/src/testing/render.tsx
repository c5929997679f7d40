import { MantineProvider } from '@mantine/core';
import { QueryClientProvider } from '@tanstack/react-query';
import { act, render, type RenderResult } from '@testing-library/react';
import { jest } from '@jest/globals';
import type { ReactNode } from 'react';
import { createMemoryRouter, RouterProvider } from 'react-router';
import { LiveProvider, type Store } from '../lib/live-context.js';
import type { Changes, Live } from '../lib/live-types.js';
import { createQueryClient } from '../lib/queries.js';

const LOADING: Live = {
  connection: 'connecting',
  error: undefined,
  staleSince: undefined,
  states: undefined,
  events: undefined,
};

export interface FakeStore extends Store {
  set(change: Partial<Live>): void;
  /** To those who observe. */
  tell(changes: Changes): void;
}

export function fakeStore(first: Partial<Live> = {}): FakeStore {
  let live = { ...LOADING, ...first };
  const listeners = new Set<() => void>();
  const observers = new Set<(changes: Changes) => void>();
  return {
    snapshot: () => live,
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    observe: (observer) => {
      observers.add(observer);
      return () => observers.delete(observer);
    },
    tell: (changes) =>
      act(() => {
        for (const observer of observers) observer(changes);
      }),
    signIn: jest.fn<Store['signIn']>(),
    signOut: jest.fn<Store['signOut']>(),
    signedOut: jest.fn<Store['signedOut']>(),
    set: (change) =>
      act(() => {
        live = { ...live, ...change };
        for (const listener of listeners) listener();
      }),
  };
}

/** A page, or a part of one, with everything around it. */
export function renderAt(
  element: ReactNode,
  { store = fakeStore(), path = '/' }: { store?: FakeStore; path?: string } = {},
): RenderResult & { router: ReturnType<typeof createMemoryRouter> } {
  const router = createMemoryRouter([{ path: '*', element }], { initialEntries: [path] });
  const rendered = render(
    <MantineProvider withCssVariables={false} withGlobalClasses={false} env="test">
      <QueryClientProvider client={createQueryClient(store)}>
        <LiveProvider store={store}>
          <RouterProvider router={router} />
        </LiveProvider>
      </QueryClientProvider>
    </MantineProvider>,
  );
  return { ...rendered, router };
}
