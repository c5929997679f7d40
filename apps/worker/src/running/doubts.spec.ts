import { describe, expect, test } from '@jest/globals';
import { Doubts } from './doubts.js';

/** Ten seconds of a worker after the other, in which each monitor is tried three times. */
class Story {
  nowMs = 1_234_567;
  readonly doubts = new Doubts(() => this.nowMs);
  readonly hanging = { name: 'hanging' };
  private readonly others: readonly object[];
  private turn = 0;

  /** `shareInDoubt`: of the other monitors' tries, spread evenly. */
  constructor(
    others: number,
    private readonly shareInDoubt: number,
  ) {
    this.others = Array.from({ length: others }, (_, n) => ({ n }));
  }

  /** How many tries of the monitor that hangs pass until they are evidence, and which others are blamed. */
  run(maxTries = 200): { tries: number; seconds: number; blamed: number } {
    const from = this.nowMs;
    const blamed = new Set<object>();
    for (let tries = 1; tries <= maxTries; tries++) {
      this.nowMs += tries % 3 === 1 ? 8_000 : 1_000;
      for (const other of this.others) if (this.tryOf(other)) blamed.add(other);
      if (this.doubts.note(this.hanging))
        return { tries, seconds: Math.round((this.nowMs - from) / 1_000), blamed: blamed.size };
    }
    return { tries: Infinity, seconds: Infinity, blamed: blamed.size };
  }

  private tryOf(other: object): boolean {
    this.turn += this.shareInDoubt;
    if (this.turn < 1) {
      this.doubts.end(other);
      return false;
    }
    this.turn -= 1;
    return this.doubts.note(other);
  }
}

describe('a row of failures in doubt is evidence', () => {
  test('after ten tries if the checks of the other monitors are judged', () => {
    expect(new Story(50, 0).run()).toEqual({ tries: 10, seconds: 38, blamed: 0 });
  });

  test.each([
    { shareInDoubt: 0.25, tries: 10 },
    { shareInDoubt: 0.5, tries: 20 },
    { shareInDoubt: 0.7, tries: 39 },
    { shareInDoubt: 0.95, tries: 60 },
  ])('after about $tries tries if $shareInDoubt of the others are in doubt', ({ shareInDoubt, tries }) => {
    const needed = new Story(1_000, shareInDoubt).run().tries;
    expect(needed).toBeGreaterThanOrEqual(tries - 1);
    expect(needed).toBeLessThanOrEqual(tries + 1);
  });

  test('after twenty tries if there is no other monitor', () => {
    expect(new Story(0, 0).run().tries).toBe(20);
  });

  test('after sixty tries at most, when all targets fail at once', () => {
    expect(new Story(300, 1).run().tries).toBe(60);
  });

  test('never within twenty seconds', () => {
    const { doubts, hanging } = new Story(0, 0);
    expect(Array.from({ length: 100 }, () => doubts.note(hanging))).not.toContain(true);
  });

  test('only as long as nothing but such failures comes', () => {
    const story = new Story(50, 0);
    story.run(9);
    story.doubts.end(story.hanging);
    expect(story.run(9).tries).toBe(Infinity);
    expect(story.run(1).tries).toBe(1);
  });

  test('by what happens now: what was in doubt two minutes ago no longer matters', () => {
    const story = new Story(1_000, 0.9);
    story.run(12);
    expect(story.doubts.note(story.hanging)).toBe(false);
    story.nowMs += 120_000;
    for (let n = 0; n < 300; n++) story.doubts.end({ n });
    expect(story.doubts.note(story.hanging)).toBe(true);
  });

  test('hardly ever by chance: a worker that misses 7 of 10 answers for twenty minutes blames none of 1,000 healthy targets', () => {
    const story = new Story(0, 0);
    const healthy = Array.from({ length: 1_000 }, (_, n) => ({ n }));
    let seed = 7;
    const random = (): number => (seed = (seed * 48_271) % 2_147_483_647) / 2_147_483_647;
    let blamed = 0;
    for (let interval = 0; interval < 120; interval++) {
      story.nowMs += 10_000;
      for (const target of healthy) {
        // A worker tries a check that is in doubt twice more.
        for (let tries = 0; tries < 3; tries++) {
          if (random() >= 0.7) {
            story.doubts.end(target);
            break;
          }
          if (story.doubts.note(target)) blamed++;
        }
      }
    }
    expect(blamed).toBe(0);
  });
});
