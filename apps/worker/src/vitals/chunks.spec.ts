import { expect, test } from '@jest/globals';
import { Chunks } from './chunks.js';

const names = (count: number, from = 0): string[] => Array.from({ length: count }, (_, index) => `m${from + index}`);

test('monitors fill one chunk after the other, each with its own generation', () => {
  const chunks = new Chunks(100, 10);
  expect(chunks.update(names(25))).toEqual([0, 1, 2]);
  expect([0, 1, 2].map((chunk) => chunks.index(chunk).names.length)).toEqual([10, 10, 5]);
  expect([0, 1, 2].map((chunk) => chunks.index(chunk).generation)).toEqual([100, 101, 102]);
});

test('nothing changes when nothing changed', () => {
  const chunks = new Chunks(100, 10);
  chunks.update(names(25));
  expect(chunks.update(names(25).reverse())).toEqual([]);
});

test('a monitor that leaves changes only its chunk, and the next one fills the gap', () => {
  const chunks = new Chunks(100, 10);
  chunks.update(names(25));
  expect(chunks.update(names(25).filter((name) => name !== 'm12'))).toEqual([1]);
  expect(chunks.update([...names(25).filter((name) => name !== 'm12'), 'new'])).toEqual([1]);
  expect(chunks.index(1)).toEqual({
    generation: 104,
    names: [...names(10, 10).filter((name) => name !== 'm12'), 'new'],
  });
  expect(chunks.index(0).generation).toBe(100);
});
