import { expect, test } from '@jest/globals';
import { type Sample, STATUSES } from '@9volt/contracts';
import fc from 'fast-check';
import { decodeResults, encodeResults } from './results.codec.js';

const FROM = 1_790_000_000_000;
const sample: fc.Arbitrary<Sample> = fc.record(
  {
    at: fc.integer({ min: FROM - 1e9, max: FROM + 1e9 }),
    latencyMs: fc.integer({ min: 0, max: 999 }).map((tenths) => tenths / 10),
    status: fc.constantFrom(...STATUSES),
    message: fc.string({ unit: 'grapheme', maxLength: 20 }),
    unjudged: fc.constant(true as const),
  },
  { requiredKeys: ['at', 'latencyMs', 'status'] },
);

test('results come back as they were written', () => {
  const chunk = fc.uniqueArray(fc.tuple(fc.string(), fc.array(sample, { maxLength: 12 })), {
    selector: ([name]) => name,
    maxLength: 12,
  });
  fc.assert(
    fc.property(chunk, (entries) => {
      const names = entries.map(([name]) => name);
      const known = new Map(entries.filter(([, samples]) => samples.length > 0));
      expect(decodeResults(encodeResults(names, known, FROM), names)).toEqual(known);
    }),
  );
});

test('a long latency keeps three digits', () => {
  const value = encodeResults(['a'], new Map([['a', [{ at: FROM, latencyMs: 12_345.67, status: 'ok' }]]]), FROM);
  expect(decodeResults(value, ['a'])?.get('a')?.[0]?.latencyMs).toBe(12_300);
});

test('a damaged value is not read, nor one of other names', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
      expect(() => decodeResults(Buffer.from([1, ...bytes]), ['a'])).not.toThrow();
    }),
  );
  expect(decodeResults(encodeResults(['a'], new Map(), FROM), ['a', 'b'])).toBeUndefined();
  expect(decodeResults(Buffer.alloc(0), [])).toBeUndefined();
});
