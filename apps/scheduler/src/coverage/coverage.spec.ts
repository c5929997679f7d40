import { describe, expect, it } from '@jest/globals';
import { describeCoverage, stepAlarm } from './coverage-alarm.js';
import { type DueMonitor, measureCoverage } from './measure-coverage.js';

const due = (count: number, workerId: string | undefined, tag?: string): DueMonitor[] =>
  Array.from({ length: count }, () => ({ tag, workerId }));

describe('measureCoverage', () => {
  it('counts the monitors of workers that reported and did not name them as late, by pool', () => {
    const monitors = [...due(6, 'w1'), ...due(2, 'silent'), ...due(2, undefined), ...due(10, 'w2', 'eu')];
    const reports = new Map<string, Record<string, number>>([
      ['w1', { '': 1 }],
      ['w2', { eu: 3, gone: 5 }],
    ]);
    expect(measureCoverage(monitors, reports)).toEqual({
      monitors: 20,
      covered: 12,
      share: 0.6,
      pools: [
        { tag: null, monitors: 10, covered: 5, share: 0.5 },
        { tag: 'eu', monitors: 10, covered: 7, share: 0.7 },
      ],
    });
  });

  it('is 1 without monitors, and never below 0', () => {
    expect(measureCoverage([], new Map())).toMatchObject({ share: 1, pools: [] });
    expect(measureCoverage(due(2, 'w'), new Map([['w', { '': 9 }]]))).toMatchObject({ covered: 0, share: 0 });
  });
});

describe('stepAlarm', () => {
  const now = new Date('2026-06-01T12:00:00Z');
  const since = now.toISOString();
  const share = (of: number): { share: number; monitors: number; covered: number } => ({
    share: of,
    monitors: 1_000,
    covered: of * 1_000,
  });
  const step = (of: number, more: Partial<Parameters<typeof stepAlarm>[0]> = {}): ReturnType<typeof stepAlarm> =>
    stepAlarm({ coverage: share(of), lowTimes: 2, low: undefined, alerter: true, now, ...more });

  it.each<[string, ReturnType<typeof stepAlarm>, ReturnType<typeof stepAlarm>]>([
    ['is silent at 99 %', step(0.99), { low: undefined }],
    ['waits for the second time', step(0.98, { lowTimes: 1 }), { low: undefined }],
    ['tells that it is low', step(0.98), { low: { since, told: false }, event: 'low' }],
    ['tells the alerter', step(0.5, { low: { since, told: false } }), { low: { since, told: true }, send: 'alarm' }],
    ['tells it once', step(0.5, { low: { since, told: true } }), { low: { since, told: true } }],
    ['has none to tell', step(0.5, { low: { since, told: false }, alerter: false }), { low: { since, told: false } }],
    [
      'tells that it is over',
      step(1, { low: { since, told: true } }),
      { low: undefined, event: 'restored', send: 'resolve' },
    ],
    ['to nobody who was not told', step(1, { low: { since, told: false } }), { low: undefined, event: 'restored' }],
  ])('%s', (_what, found, expected) => {
    expect(found).toEqual(expected);
  });

  it('never rounds up beyond the true share', () => {
    expect(describeCoverage(share(0.9899))).toMatch(/^98.9 %: /);
  });
});
