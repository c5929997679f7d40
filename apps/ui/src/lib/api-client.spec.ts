import { afterEach, expect, it } from '@jest/globals';
import { api, queryString } from './api-client.js';

it.each([
  [{}, ''],
  [{ q: '', page: undefined, monitor: [] }, ''],
  [{ q: 'a b', page: 2 }, '?q=a+b&page=2'],
  [{ type: ['error', 'api'] }, '?type=error&type=api'],
  [{ monitor: ['web'] }, '?monitor=web'],
  // A single occurrence would stand for two names.
  [{ monitor: ['a,b'] }, '?monitor=a%2Cb&monitor=a%2Cb'],
  [{ monitor: ['a,b', 'c'] }, '?monitor=a%2Cb&monitor=c'],
])('the query of %j is "%s"', (parameters, text) => expect(queryString(parameters)).toBe(text));

const { fetch } = globalThis;
afterEach(() => void (globalThis.fetch = fetch));

it('says in its own words that nothing answers, and that somebody went on', async () => {
  // Browsers say "Failed to fetch", "Load failed" or "NetworkError when attempting to fetch resource."
  globalThis.fetch = () => Promise.reject(new TypeError('Load failed'));
  await expect(api.GET('/api/v1/cluster')).rejects.toThrow('The API does not answer');
  const left = new DOMException('left the page', 'AbortError');
  globalThis.fetch = () => Promise.reject(left);
  await expect(api.GET('/api/v1/cluster')).rejects.toBe(left);
});
