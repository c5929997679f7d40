import { describe, expect, it } from '@jest/globals';
import type { MonitorSettings } from '@9volt/contracts';
import { changeShare, flappingAfter, historyWith } from './flapping.js';

const alternating = '01'.repeat(10);

describe('flapping', () => {
  it.each([
    ['', 0],
    ['1', 0],
    ['1'.repeat(20), 0],
    [alternating, 100],
    // One change counts 1/19, the oldest 0.8 times that and the newest 1.2 times.
    [`0${'1'.repeat(19)}`, (100 * 0.8) / 19],
    [`${'1'.repeat(19)}0`, (100 * 1.2) / 19],
    // Few results count as the newest.
    ['10', (100 * 1.2) / 19],
  ])('of %j: %d percent', (history, share) => expect(changeShare(history)).toBeCloseTo(share, 9));

  it('looks at the last 20 results', () => {
    let history: string | undefined;
    for (let n = 0; n < 30; n++) history = historyWith(history, n >= 10 && n % 2 === 0);
    expect(history).toBe('10'.repeat(10));
  });

  const settings = { 'detect-flapping': true } as MonitorSettings;
  it('begins with the fifth change in a row, and ends below another threshold', () => {
    const begun = (history: string): boolean => flappingAfter(undefined, history, settings, 'now') !== undefined;
    const goesOn = (history: string): boolean =>
      flappingAfter({ since: 'before' }, history, settings, 'now')?.since === 'before';
    expect([begun('1111111111111111' + '0101'), begun('111111111111111' + '01010')]).toEqual([false, true]);
    const after = (calm: number): string => `${'1'.repeat(20)}01010${'0'.repeat(calm)}`.slice(-20);
    expect([goesOn(after(9)), goesOn(after(10))]).toEqual([true, false]);
  });

  it('has thresholds of its own for a monitor', () => {
    const own = { ...settings, 'flapping-start': 100, 'flapping-end': 50 } as MonitorSettings;
    expect(flappingAfter(undefined, alternating, own, 'now')).toEqual({ since: 'now' });
    expect(flappingAfter(undefined, `11${alternating.slice(2)}`, own, 'now')).toBeUndefined();
  });
});
