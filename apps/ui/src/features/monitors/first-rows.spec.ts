/** @jest-environment node */
import { expect, it } from '@jest/globals';
import { firstRowsAt } from './first-rows.js';

it.each([
  ['', '/api/v1/state?config=false&sort=status%2Csince&limit=60'],
  ['sort=-name&size=100', '/api/v1/state?config=false&sort=-name&limit=60'],
  ['sort=-status', '/api/v1/state?config=false&sort=-status%2C-since&limit=60'],
  ['sort=target', undefined],
  ['sort=name&page=2', undefined],
  ['status=critical', undefined],
  ['q=web', undefined],
])('for ?%s asks %s', (query, path) => {
  expect(firstRowsAt(new URLSearchParams(query))).toBe(path);
});
