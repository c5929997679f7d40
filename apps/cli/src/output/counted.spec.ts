import { expect, it } from '@jest/globals';
import { counted, listed } from './counted.js';

it.each([
  [[], ''],
  [[1], '1 monitor'],
  [[1, 0], '1 monitor and 0 monitors'],
  [[1, 0, 2], '1 monitor, 0 monitors and 2 monitors'],
])('%j as a list', (counts, text) => {
  expect(listed(counts.map((count) => counted(count, 'monitor')))).toBe(text);
});
