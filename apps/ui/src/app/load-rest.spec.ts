import { expect, it, jest } from '@jest/globals';
import { waitFor } from '@testing-library/react';
import '../testing/location.js';
import { completeDom, fakeApi } from '../testing/dom.js';
import type { Live } from '../lib/live-types.js';

const { createQueryClient } = await import('../lib/queries.js');
const { loadRestWhenIdle } = await import('./load-rest.js');
const { PAGES } = await import('./pages.js');

it('loads every page and the data of the common ones once it is live and idle', async () => {
  completeDom();
  const { asked } = fakeApi({});
  Object.assign(window, { requestIdleCallback: (act: () => void) => setTimeout(act, 0) });
  const loads = PAGES.map((page) => jest.spyOn(page, 'load').mockResolvedValue({ default: () => null }));
  let connection: Live['connection'] = 'connecting';
  const listeners = new Set<() => void>();
  const store = {
    snapshot: () => ({ connection }) as Live,
    subscribe: (listener: () => void) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
  loadRestWhenIdle(store, createQueryClient({ signedOut: () => undefined }));
  for (const listener of listeners) listener();
  expect(loads.flatMap(({ mock }) => mock.calls)).toEqual([]);
  connection = 'live';
  for (const listener of listeners) listener();
  await waitFor(() => expect(asked).toContain('GET /api/v1/maintenance'));
  expect(loads.every(({ mock }) => mock.calls.length === 1)).toBe(true);
  expect(asked).toEqual(expect.arrayContaining(['GET /api/v1/cluster', 'GET /api/v1/alerter', 'GET /api/v1/silence']));
});
