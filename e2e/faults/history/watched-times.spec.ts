import { describe, expect, it } from '@jest/globals';
import { type Seen, unwatchedBetween } from './watched-times.js';

const NEVER = { by: 'w9', at: 0, lostMs: 0 };
const seen = (at: readonly number[], more: Partial<Seen> = {}): Seen => ({
  probes: at.map((one) => ({ at: one, by: 'w1' })),
  unjudgedAt: [],
  crash: NEVER,
  jitterMs: 100,
  ...more,
});
const range = { from: 0, to: 20_000, standsMs: 3_000 };

describe('what nobody watched, by what a target saw', () => {
  it('is nothing while checks are close to each other', () => {
    expect(unwatchedBetween(seen([0, 1_000, 2_000, 4_500]), range)).toEqual({ least: 0, most: 0, times: 0 });
  });

  it('is a gap that is longer than a result stands, as long as the results may be apart', () => {
    expect(unwatchedBetween(seen([0, 1_000, 6_000, 7_000]), range)).toEqual({ least: 4_900, most: 5_100, times: 1 });
  });

  it('may be a gap that is about as long as a result stands', () => {
    expect(unwatchedBetween(seen([0, 3_050]), range)).toEqual({ least: 0, most: 3_150, times: 1 });
  });

  it('may contain checks that could not be judged, and those that a killed worker did not write', () => {
    const at = [0, 1_000, 2_000, 3_000, 4_000, 5_000];
    expect(unwatchedBetween(seen(at, { unjudgedAt: [1_000, 2_020, 3_000] }), range)).toMatchObject({
      least: 0,
      most: 4_100,
    });
    const crash = { by: 'w1', at: 4_500, lostMs: 3_900 };
    expect(unwatchedBetween(seen(at, { crash }), range)).toMatchObject({ least: 0, most: 5_100 });
    expect(unwatchedBetween(seen(at, { crash: { ...crash, by: 'w2' } }), range)).toMatchObject({ most: 0 });
  });

  it('counts only within the range', () => {
    expect(unwatchedBetween(seen([0, 10_000]), { ...range, from: 4_000, to: 6_000 })).toMatchObject({
      least: 1_900,
      most: 2_100,
    });
  });
});
