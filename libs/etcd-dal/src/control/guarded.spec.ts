import { expect, test } from '@jest/globals';
import { guarded } from './guarded.js';

test('reports what a callback throws or rejects with, with the place, and continues', async () => {
  const told: [string, unknown][] = [];
  const onDefect = (where: string, error: unknown): void => void told.push([where, error]);
  const seen: string[] = [];
  guarded(onDefect, 'a timer', (name: string) => seen.push(name))('x');
  guarded(onDefect, 'a timer', () => {
    throw new Error('at once');
  })();
  guarded(onDefect, 'a promise', () => Promise.reject(new Error('later')))();
  await Promise.resolve();
  await Promise.resolve();
  expect(seen).toEqual(['x']);
  expect(told).toEqual([
    ['a timer', new Error('at once')],
    ['a promise', new Error('later')],
  ]);
});
