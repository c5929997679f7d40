import { describe, expect, test } from '@jest/globals';
import { bucketOf, mergeSketches, type Sketch, type Tally } from '@9volt/contracts';
import fc from 'fast-check';
import { chunksOf, decodeNames, digestOf, encodeNames, encodeTallies } from './history.codec.js';
import { decodeTallies } from './history.decode.js';
import { decodeTally } from './history.decode-one.js';

const FROM = 1_790_000_000_000;

const code = fc.integer({ min: 0, max: 6 });
const sketch = fc
  .array(fc.double({ min: 0.001, max: 1e6, noNaN: true }), { maxLength: 60 })
  .map((all) => all.map((ms): Sketch => [bucketOf(ms), 1]).reduce(mergeSketches, []));
const tally: fc.Arbitrary<Tally> = fc
  .record({
    first: fc.integer({ min: FROM - 100_000, max: FROM + 50_000 }),
    firstClass: code,
    lastClass: code,
    holdMs: fc.nat(10_000_000),
    runs: fc.nat(100_000),
    failures: fc.nat(100_000),
    overruns: fc.nat(100_000),
    time: fc.array(fc.nat(90_000_000), { minLength: 7, maxLength: 7 }),
    maybeDown: fc.nat(100_000),
    maybeUp: fc.nat(100_000),
    latency: sketch,
    phases: fc.array(fc.integer({ min: -1, max: 254 }), { minLength: 5, maxLength: 5 }),
    changes: fc
      .array(fc.tuple(fc.integer({ min: FROM - 1_000_000, max: FROM + 1e9 }), fc.integer({ min: 0, max: 20 })))
      .map((all) => all.flat()),
  })
  .map((one) => ({ ...one, last: one.first + one.time.reduce((sum, ms) => sum + ms, 0) }));
const chunk = fc.uniqueArray(fc.tuple(fc.string({ minLength: 1, unit: 'grapheme' }), fc.option(tally)), {
  selector: ([name]) => name,
  maxLength: 12,
});

describe('tallies', () => {
  test('come back as they were written', () => {
    fc.assert(
      fc.property(chunk, (entries) => {
        const names = entries.map(([name]) => name);
        const tallies = new Map(entries.flatMap(([name, one]) => (one ? [[name, one]] : [])));
        const value = encodeTallies({ names, tallies, from: FROM, unitMs: 1 });
        expect(decodeTallies(value, names)).toEqual(tallies);
      }),
    );
  });

  test('of one monitor are what they are among all, rounded or not', () => {
    fc.assert(
      fc.property(
        chunk,
        fc.constantFrom(1, 100, 1_000),
        fc.constantFrom('all' as const, 'time' as const),
        (entries, unitMs, parts) => {
          const names = entries.map(([name]) => name);
          const tallies = new Map(entries.flatMap(([name, one]) => (one ? [[name, one]] : [])));
          const value = encodeTallies({ names, tallies, from: FROM, unitMs });
          const all = decodeTallies(value, names, parts);
          const found = names.map((name, at) => [name, decodeTally(value, names.length, at, parts)]);
          expect(new Map(found.filter(([, one]) => one) as [string, Tally][])).toEqual(all);
        },
      ),
    );
  });

  test('in rounded times still account for all of their time', () => {
    fc.assert(
      fc.property(tally, (one) => {
        const value = encodeTallies({ names: ['a'], tallies: new Map([['a', one]]), from: FROM, unitMs: 100 });
        const found = decodeTallies(value, ['a'], 'time')?.get('a') as Tally;
        expect(found.time.reduce((sum, ms) => sum + ms, 0)).toBe(found.last - found.first);
        expect(Math.min(...found.time)).toBeGreaterThanOrEqual(0);
        expect(Math.abs(found.first - one.first)).toBeLessThanOrEqual(50);
        expect(found.maybeDown).toBeGreaterThanOrEqual(one.maybeDown);
        expect([found.runs, found.changes, found.latency]).toEqual([one.runs, one.changes, []]);
      }),
    );
  });

  test('of a damaged value, of other names, or of a later version are not read', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(() => decodeTallies(Buffer.from(bytes), ['a'])).not.toThrow();
        expect(() => decodeTally(Buffer.from(bytes), 1, 0, 'all')).not.toThrow();
      }),
    );
    const value = encodeTallies({ names: ['a'], tallies: new Map(), from: FROM, unitMs: 1 });
    expect(decodeTallies(value, ['a'])?.size).toBe(0);
    expect(decodeTallies(value, ['a', 'b'])).toBeUndefined();
    expect(decodeTally(value, 2, 0, 'all')).toBeUndefined();
    expect(decodeTallies(Buffer.concat([Buffer.from([2]), value.subarray(1)]), ['a'])).toBeUndefined();
  });
});

describe('chunks of monitors', () => {
  const names = Array.from({ length: 3_000 }, (_none, n) => `monitor-${n}`);

  test('are the same for whoever makes them, and a new monitor changes one', () => {
    const chunks = chunksOf(names, 1_000);
    expect(chunks.flat().sort()).toEqual([...names].sort());
    expect(Math.max(...chunks.map(({ length }) => length))).toBeLessThan(1_100);
    const digests = chunks.map(digestOf);
    expect(chunksOf([...names].reverse(), 1_000).map(digestOf)).toEqual(digests);
    const changed = chunksOf([...names, 'new'], 1_000).map(digestOf);
    expect(changed.filter((digest) => !digests.includes(digest))).toHaveLength(1);
    expect(chunksOf([], 10)).toEqual([]);
  });

  test('have names that come back', () => {
    expect(decodeNames(encodeNames(names))).toEqual(names);
    expect(decodeNames(Buffer.from('x'))).toBeUndefined();
  });
});
