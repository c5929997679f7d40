import { expect, test } from '@jest/globals';
import { validateMonitor } from '@9volt/monitors';
import { declared } from './records.js';

const judged = (text: string) => declared(Buffer.from(text), (raw) => validateMonitor('x', raw));

test('a configuration that is too large, too deep or not JSON is not validated', () => {
  const messages = [' '.repeat(262_145), '['.repeat(1_000) + ']'.repeat(1_000), '{"type": canary'].map((text) =>
    judged(text).faults?.map(({ message }) => message),
  );
  expect(messages).toEqual([
    ['the document: 262145 bytes are too large; expected at most 262144'],
    ['the document: it is nested too deeply; expected at most 64 levels'],
    ['the document: it is not JSON'],
  ]);
});

test('keeps an excerpt of the faults of a configuration, however many there are', () => {
  const many = declared(Buffer.from('{}'), () => ({
    ok: false,
    errors: Array.from({ length: 5_000 }, (_, n) => ({ path: `/${n}`, expected: 'x', message: 'y'.repeat(10_000) })),
  }));
  expect(many.faults).toHaveLength(21);
  expect(many.faults?.at(-1)?.message).toBe('and 4980 more faults');
  expect(JSON.stringify(many).length).toBeLessThan(20_000);
  const unknown = Object.fromEntries(Array.from({ length: 20_000 }, (_, n) => [`a${n}`, 1]));
  expect(JSON.stringify(judged(JSON.stringify(unknown))).length).toBeLessThan(50_000);
});

test('a judge that throws costs the configuration, not the reader', () => {
  const failing = declared(Buffer.from('{}'), () => {
    throw new Error('a defect');
  });
  expect(failing.faults?.[0]?.message).toBe('it cannot be judged: a defect');
});
