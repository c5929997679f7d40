import { describe, expect, test } from '@jest/globals';
import { MAX_SAMPLES, type Sample, STATUSES, type VitalsEntry } from '@9volt/contracts';
import fc from 'fast-check';
import { decodeVitals, decodeVitalsIndex, encodeVitals, encodeVitalsIndex } from './vitals.codec.js';

const NOW = 1_790_000_000_000;

const instant = fc.integer({ min: NOW - 86_400_000, max: NOW + 86_400_000 });
const latency = fc.integer({ min: 0, max: 600_000 }).map((ms10) => ms10 / 10);
const performance = fc.record(
  {
    label: fc.string({ minLength: 1 }),
    value: fc.option(fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value || 0)),
    unit: fc.constantFrom('s', '%', 'c'),
    warn: fc.constant('@1:3'),
  },
  { requiredKeys: ['label', 'value'] },
);
const sample: fc.Arbitrary<Sample> = fc.record(
  {
    at: instant,
    latencyMs: latency,
    status: fc.constantFrom(...STATUSES),
    message: fc.string({ unit: 'grapheme', maxLength: 50 }),
    note: fc.string({ unit: 'grapheme', maxLength: 50 }),
    unjudged: fc.constant(true as const),
    performance: fc.array(performance, { minLength: 1, maxLength: 4 }),
    phases: fc.record(
      { lookup: latency, connect: latency, tls: latency, firstByte: latency, transfer: latency },
      { requiredKeys: [] },
    ),
  },
  { requiredKeys: ['at', 'latencyMs', 'status'] },
);
const entry: fc.Arbitrary<VitalsEntry> = fc.record({
  name: fc.string({ minLength: 1 }),
  samples: fc.array(sample, { maxLength: MAX_SAMPLES }),
  runs: fc.nat(10_000),
  overruns: fc.nat(10_000),
  nextDueAt: instant,
});
const dump = fc.uniqueArray(entry, { selector: ({ name }) => name, maxLength: 12 });

describe('vitals', () => {
  test('come back as they were written, whichever part of the index they cover', () => {
    fc.assert(
      fc.property(dump, fc.uniqueArray(fc.string()), fc.nat(), instant, (entries, others, generation, at) => {
        const names = [...new Set([...others, ...entries.map(({ name }) => name)])];
        const index = { generation, names };
        expect(decodeVitals(encodeVitals(entries, index, at), [index])).toEqual({ at, generation, entries });
      }),
    );
  });

  test('cannot be read with the names of another generation', () => {
    const entries = [{ name: 'a', samples: [], runs: 0, overruns: 0, failures: 70, nextDueAt: NOW }];
    const value = encodeVitals(entries, { generation: 1, names: ['a'] }, NOW);
    expect(decodeVitals(value, [{ generation: 2, names: ['b'] }])).toBeUndefined();
  });

  test('omit names that the index does not contain', () => {
    const entries = ['a', 'b'].map((name) => ({ name, samples: [], runs: 0, overruns: 0, nextDueAt: NOW }));
    const index = { generation: 1, names: ['b'] };
    expect(decodeVitals(encodeVitals(entries, index, NOW), [index])?.entries).toEqual([entries[1]]);
  });

  test('round latencies to a tenth of a millisecond and times to a millisecond', () => {
    const entries: VitalsEntry[] = [
      {
        name: 'a',
        samples: [{ at: NOW + 0.4, latencyMs: 1.26, status: 'ok', phases: { connect: 0.04 } }],
        runs: 1,
        overruns: 0,
        nextDueAt: NOW + 9.6,
      },
    ];
    const index = { generation: 1, names: ['a'] };
    expect(decodeVitals(encodeVitals(entries, index, NOW + 0.2), [index])).toEqual({
      at: NOW,
      generation: 1,
      entries: [
        {
          name: 'a',
          samples: [{ at: NOW, latencyMs: 1.3, status: 'ok', phases: { connect: 0 } }],
          runs: 1,
          overruns: 0,
          nextDueAt: NOW + 10,
        },
      ],
    });
  });

  test('treats damaged values as no vitals', () => {
    const index = { generation: 1, names: ['a', 'b'] };
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        expect(decodeVitals(Buffer.from(bytes), [index])).toBeUndefined();
        expect(decodeVitalsIndex(Buffer.from(bytes))).toBeUndefined();
      }),
    );
    const entries = [{ name: 'b', samples: [], runs: 0, overruns: 0, nextDueAt: NOW }];
    expect(decodeVitals(encodeVitals(entries, index, NOW), [{ generation: 1, names: ['a'] }])).toBeUndefined();
  });

  test('of 1,000 monitors with one sample each take at most 8 kB', () => {
    let seed = 1;
    const random = (): number => (seed = (seed * 48_271) % 2_147_483_647) / 2_147_483_647;
    const entries = Array.from({ length: 1_000 }, (_, n): VitalsEntry => {
      const due = NOW - Math.floor(random() * 10_000);
      const at = due + Math.floor(random() ** 4 * 50);
      return {
        name: `shop-${n}`,
        samples: [{ at, latencyMs: 0.5 + random() ** 3 * 300, status: 'ok' }],
        runs: 1,
        overruns: 0,
        nextDueAt: due + 10_000,
      };
    });
    const index = { generation: 1, names: entries.map(({ name }) => name) };
    expect(encodeVitals(entries, index, NOW).length).toBeLessThan(8_192);
  });
});

test('an index comes back as it was written', () => {
  fc.assert(
    fc.property(fc.nat(), fc.array(fc.string({ unit: 'grapheme' })), (generation, names) => {
      expect(decodeVitalsIndex(encodeVitalsIndex({ generation, names }))).toEqual({ generation, names });
    }),
  );
});

test('an index that unpacks to more than 4 MiB is no index, however small it is packed', () => {
  const read = (name: string): unknown => decodeVitalsIndex(encodeVitalsIndex({ generation: 1, names: [name] }));
  expect(read('x'.repeat(1_048_576))).toBeDefined();
  expect(read('x'.repeat(5 * 1_048_576))).toBeUndefined();
});
