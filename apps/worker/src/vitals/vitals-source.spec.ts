import { expect, test } from '@jest/globals';
import { VitalsSource } from './vitals-source.js';

const NOW = 1_000_000;

/** Monitors by name, with their interval and since when their check is due. */
function source(active: boolean, due: Record<string, [number, number]>): VitalsSource {
  const all = Object.entries(due).map(([name, [intervalMs]]) => ({ name, intervalMs, settings: {} }));
  const given = [
    { all: () => all },
    { nextDueAt: (name: string) => NOW - (due[name]?.[1] ?? 0) },
    {},
    {},
    { active },
    { of: () => undefined },
  ] as unknown as ConstructorParameters<typeof VitalsSource>;
  return new VitalsSource(...given);
}

test.each([
  [false, { second: [1_000, 3_000], ten: [10_000, 4_900] }, {}],
  [false, { second: [1_000, 5_100], ten: [10_000, 5_100] }, { late: { '': 2 } }],
  // One that missed a slot is not checked as scheduled.
  [true, { second: [1_000, 1_100], fast: [100, 900], ten: [10_000, 4_900] }, { late: { '': 1 } }],
  [true, { fast: [100, 1_100], ten: [10_000, 5_100] }, { late: { '': 2 } }],
] as [boolean, Record<string, [number, number]>, object][])(
  'overloaded: %s; due for %j ms: %j',
  (active, due, expected) => expect(source(active, due).lateness(NOW)).toEqual(expected),
);

test.each([
  ['that came 6 s ago and is on no timetable', { isChecked: true, ownedAgoMs: 6_000, ran: false }, { late: { '': 1 } }],
  ['that came a second ago', { isChecked: true, ownedAgoMs: 1_000, ran: false }, {}],
  ['that is being handed over', { isChecked: true, ownedAgoMs: 6_000, ran: true }, {}],
  ['that is only cleared away', { isChecked: false, ownedAgoMs: 6_000, ran: false }, {}],
] as [string, { isChecked: boolean; ownedAgoMs: number; ran: boolean }, object][])(
  'a monitor %s',
  (_title, { isChecked, ownedAgoMs, ran }, expected) => {
    const monitor = { isChecked, ownedSince: performance.now() - ownedAgoMs, intervalMs: 1_000, settings: {} };
    const given = [
      { all: () => [monitor] },
      { nextDueAt: () => undefined },
      {},
      {},
      { active: false },
      { of: () => (ran ? {} : undefined) },
    ] as unknown as ConstructorParameters<typeof VitalsSource>;
    expect(new VitalsSource(...given).lateness(NOW)).toEqual(expected);
  },
);
