import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { heirsFirstRun, phaseOf, slotAfter, slotBefore, spreadFirstRun } from './slots.js';

const now = fc.double({ min: 1.7e12, max: 2e12, noNaN: true });
const interval = fc.oneof(
  fc.constantFrom(1, 1.5, 1_000, 10_000, 60_000, 3_600_000, 31_536_000_000),
  fc.double({ min: 1, max: 31_536_000_000, noNaN: true }),
);
const name = fc.string({ minLength: 1 });

test('the next slot is after now, an interval at most, and not its own successor', () => {
  fc.assert(
    fc.property(now, interval, name, (t, ms, of) => {
      const phase = phaseOf(of, ms);
      expect(phase).toBeLessThan(ms);
      const slot = slotAfter(t, ms, phase);
      expect(slot).toBeGreaterThan(t);
      expect(slot - t).toBeLessThanOrEqual(ms + 0.01);
      expect(slotAfter(slot, ms, phase) - slot).toBeCloseTo(ms, 1);
      expect(slotBefore(t, ms, phase)).toBeLessThanOrEqual(t + 0.01);
    }),
  );
});

test('a new owner runs now or at a slot, half an interval after the last check at the earliest, at most 1.5 intervals later', () => {
  fc.assert(
    fc.property(now, interval, name, fc.double({ min: 0, max: 3, noNaN: true }), (t, ms, of, ago) => {
      const lastAt = t - ago * ms;
      const due = heirsFirstRun(t, ms, phaseOf(of, ms), { at: lastAt, exact: true });
      expect(due).toBeGreaterThanOrEqual(Math.max(t, lastAt + ms / 2) - 0.01);
      expect(due).toBeLessThanOrEqual(Math.max(t, lastAt + ms * 1.5) + 0.01);
    }),
  );
});

test('a postponed first check comes within the interval, and within a minute', () => {
  fc.assert(
    fc.property(now, interval, name, (t, ms, of) => {
      expect(spreadFirstRun(t, of, ms) - t).toBeLessThanOrEqual(Math.min(ms, 60_000) + 0.01);
    }),
  );
});
