import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { guarded, type OnDefect, reportDefect, reportDefectsTo, unawaited } from './guarded.js';

let told: [string, unknown][];
let before: OnDefect;
beforeEach(() => {
  told = [];
  before = reportDefectsTo((where, error) => told.push([where, error]));
});
afterEach(() => void reportDefectsTo(before));

test('reports what a callback throws or rejects with, with the place, and continues', async () => {
  const seen: string[] = [];
  guarded('a timer', (name: string) => seen.push(name))('x');
  guarded('a timer', () => {
    throw new Error('at once');
  })();
  guarded('a promise', () => Promise.reject(new Error('later')))();
  unawaited('nobody waits', Promise.reject(new Error('unseen')));
  await Promise.resolve();
  await Promise.resolve();
  expect(seen).toEqual(['x']);
  expect(told).toEqual([
    ['a timer', new Error('at once')],
    ['a promise', new Error('later')],
    ['nobody waits', new Error('unseen')],
  ]);
});

test('a listener that throws ends nothing', () => {
  reportDefectsTo(() => {
    throw new Error('a defect in telling a defect');
  });
  expect(() => reportDefect('a timer', new Error('x'))).not.toThrow();
});
