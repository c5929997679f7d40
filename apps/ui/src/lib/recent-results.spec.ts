/** @jest-environment node */
import { afterEach, beforeEach, expect, it, jest } from '@jest/globals';
import '../testing/location.js';

const { MONITORS_KEPT, RecentResults } = await import('./recent-results.js');

const { fetch } = globalThis;
beforeEach(() => {
  jest.useFakeTimers();
  globalThis.fetch = (input) => {
    const names = new URL((input as Request).url).searchParams.getAll('monitor');
    const samples = [{ at: '2026-06-01T12:00:00.000Z', latencyMs: 1, status: 'ok' }];
    return Promise.resolve(Response.json(Object.fromEntries(names.map((name) => [name, samples]))));
  };
});
afterEach(() => {
  jest.useRealTimers();
  globalThis.fetch = fetch;
});

it('keeps the results of the monitors seen last, and not those of all that were ever on the screen', async () => {
  const results = new RecentResults();
  const pages = Array.from({ length: 8 }, (_, page) => Array.from({ length: 100 }, (_, n) => `m${page}-${n}`));
  for (const page of pages) {
    results.want(page);
    await jest.advanceTimersByTimeAsync(200);
    expect(results.of(page[99] ?? '')).toHaveLength(1);
  }
  const kept = pages.flat().filter((name) => results.of(name) !== undefined);
  expect(kept).toEqual(pages.flat().slice(-MONITORS_KEPT));
  results.want([]);
});
