/** @jest-environment node */
import { expect, it } from '@jest/globals';
import { firstRowsOf } from './first-rows.js';

it.each([
  ['', { config: 'false', sort: 'status,since', limit: 60 }],
  ['sort=-name&size=100', { config: 'false', sort: '-name', limit: 60 }],
  ['sort=-status', { config: 'false', sort: '-status,-since', limit: 60 }],
  ['sort=target', undefined],
  ['sort=name&page=2', undefined],
  ['status=critical', undefined],
  ['q=web', undefined],
])('for ?%s asks %j', (query, asked) => {
  expect(firstRowsOf(new URLSearchParams(query))).toEqual(asked);
});
