import { describe, expect, it } from '@jest/globals';
import { HAND_OVER_MS, HandOvers } from './hand-overs.js';
import { OutageGrace } from '../decision/outage-grace.js';

describe('HandOvers', () => {
  it('knows the planned moves that take too long', () => {
    let now = 0;
    const handOvers = new HandOvers(() => now);
    handOvers.note('a', { phase: 'retire', to: 'w2' });
    handOvers.note('b', { phase: 'retire', to: 'w2' });
    handOvers.note('c', { phase: 'retire', to: 'w2' });
    now = HAND_OVER_MS;
    handOvers.note('a', { phase: 'retire', to: 'w2' });
    handOvers.note('b', { phase: 'retire', to: 'w3' });
    handOvers.note('c', { phase: 'run', to: undefined });
    expect([...handOvers.overdue()]).toEqual([]);
    now += 1;
    expect([...handOvers.overdue()]).toEqual(['a']);
    expect(handOvers.isOverdue('b')).toBe(false);
    expect(handOvers.isOverdue('unknown')).toBe(false);
    now += HAND_OVER_MS;
    expect([...handOvers.overdue()]).toEqual(['a', 'b']);
  });
});

describe('OutageGrace', () => {
  it('lasts a time to live and 5 s after an interruption in which a lease can have ended', () => {
    let now = 0;
    const grace = new OutageGrace(
      () => 6_000,
      () => now,
    );
    expect(grace.back()).toBe(0);
    expect(grace.active).toBe(false);
    grace.lost();
    expect(grace.active).toBe(true);
    now = 4_000;
    expect(grace.back()).toBe(0);
    expect(grace.active).toBe(false);
    grace.lost();
    now = 6_000;
    grace.lost();
    now = 8_001;
    expect(grace.back()).toBe(11_000);
    now += 10_999;
    expect(grace.active).toBe(true);
    now += 1;
    expect(grace.active).toBe(false);
  });
});
