import { expect, test } from '@jest/globals';
import { joined, NO_PHASES, type Tally } from '@9volt/contracts';
import fc from 'fast-check';
import { digestOf, encodeTallies } from './history.codec.js';
import { decodeTimes, type TimeColumns } from './history.decode.js';
import { TallyTotals } from './tally-totals.js';

const PERIOD = 100_000;

/** A tally within a period, all of whose time is accounted for. */
const tallyIn = (n: number): fc.Arbitrary<Tally> =>
  fc
    .record({
      begin: fc.nat(1_000),
      firstClass: fc.integer({ min: 0, max: 6 }),
      lastClass: fc.integer({ min: 0, max: 6 }),
      holdMs: fc.nat(150_000),
      runs: fc.nat(100),
      time: fc.array(fc.nat(10_000), { minLength: 7, maxLength: 7 }),
      maybeDown: fc.nat(1_000),
      maybeUp: fc.nat(1_000),
    })
    .map(({ begin, time, ...rest }) => {
      const first = n * PERIOD + begin;
      const last = first + time.reduce((sum, ms) => sum + ms, 0);
      const none = { failures: 1, overruns: 2, latency: [], phases: NO_PHASES, changes: [] };
      return { ...rest, ...none, first, last, time };
    });

const periods = fc.tuple(
  ...[0, 1, 2, 3].map((n) => fc.dictionary(fc.constantFrom('a', 'b', 'c', '__proto__'), tallyIn(n))),
);

test('totals of all monitors are the sums of their tallies, whatever chunks these are in', () => {
  fc.assert(
    fc.property(periods, (all) => {
      const totals = new TallyTotals();
      const expected = new Map<string, Tally>();
      for (const [n, tallies] of all.entries()) {
        const known = new Map(Object.entries(tallies));
        const names = [...known.keys()].sort();
        const value = encodeTallies({ names, tallies: known, from: n * PERIOD, unitMs: 1 });
        totals.add(digestOf(names), names, decodeTimes(value, names.length) as TimeColumns);
        for (const [name, tally] of known) {
          const before = expected.get(name);
          expected.set(name, { ...(before ? joined(before, tally) : tally), changes: [] });
        }
      }
      expect(totals.sums).toEqual(expected);
    }),
  );
});
