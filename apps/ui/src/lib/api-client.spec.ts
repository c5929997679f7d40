import { expect, it } from '@jest/globals';
import { queryString } from './api-client.js';

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
