import { expect, test } from '@jest/globals';
import { MAX_VALUE_BYTES, parse } from './codec.js';

const nested = (levels: number): Buffer => Buffer.from(`{"deep":${'['.repeat(levels - 1)}${']'.repeat(levels - 1)}}`);

test('a value of 64 levels is parsed, a deeper one is refused before that', () => {
  expect(parse(nested(64)).fault).toBeUndefined();
  expect(parse(nested(65)).fault).toMatch(/nested too deeply/);
  expect(parse(nested(100_000)).fault).toMatch(/nested too deeply/);
  // In a text, brackets are no levels.
  expect(parse(Buffer.from(JSON.stringify({ text: '['.repeat(1_000) }))).fault).toBeUndefined();
});

test('a value that is too large is refused', () => {
  expect(parse(Buffer.alloc(MAX_VALUE_BYTES + 1, ' ')).fault).toMatch(/too large/);
});
