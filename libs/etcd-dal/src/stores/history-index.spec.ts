import { expect, it } from '@jest/globals';
import type { HistoryPeriods } from '@9volt/contracts';
import { beginOf, type HistoryIndex, periodsFor, type TallyKey } from './history-index.js';

const lengths: HistoryPeriods = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };
const TODAY = 20_000;
let asked = 0;
class Counted extends Map<number, TallyKey[]> {
  override has(n: number): boolean {
    asked++;
    return super.has(n);
  }
}
const keyed = (...numbers: number[]): Counted => new Counted(numbers.map((n) => [n, []]));
const index: HistoryIndex = {
  minute: keyed(TODAY * 1_440 + 61, TODAY * 1_440 + 62),
  hour: keyed(TODAY * 24),
  day: keyed(TODAY - 2, TODAY - 1),
};
const to = TODAY * lengths.day + 2 * lengths.hour;
const found = (from: number, step: number): string[] =>
  periodsFor(index, { from, to, step }, lengths).map(
    ({ level, n }) => `${level} ${n - (TODAY * lengths.day) / lengths[level]}`,
  );

it('covers a range as coarsely as the step permits', () => {
  expect(found((TODAY - 1) * lengths.day, lengths.day)).toEqual(['day -1', 'hour 0', 'minute 61', 'minute 62']);
  expect(found(TODAY * lengths.day + lengths.hour, lengths.minute)).toEqual(['minute 61', 'minute 62']);
});

it.each([0, Date.UTC(0, 0), Number.MIN_SAFE_INTEGER])('looks only at what is kept, since %s', (from) => {
  asked = 0;
  expect(found(from, lengths.day)).toEqual(['day -2', 'day -1', 'hour 0', 'minute 61', 'minute 62']);
  expect(found(from, lengths.minute)).toEqual(['day -2', 'day -1', 'hour 0', 'minute 61', 'minute 62']);
  // Minute by minute since then it blocked the process for minutes.
  expect(asked).toBeLessThan(50_000);
});

it('nothing is kept: nothing is found', () => {
  const none: HistoryIndex = { minute: keyed(), hour: keyed(), day: keyed() };
  expect(periodsFor(none, { from: 0, to, step: lengths.day }, lengths)).toEqual([]);
  expect([beginOf(index, lengths), beginOf(none, lengths)]).toEqual([(TODAY - 2) * lengths.day, Infinity]);
});
