import { describe, expect, it } from '@jest/globals';
import { SeededRandom } from './seeded-random.js';

describe('random numbers of a seed', () => {
  const numbers = (seed: number, count = 1_000): number[] => {
    const random = new SeededRandom(seed);
    return Array.from({ length: count }, () => random.next());
  };

  it('are the same each time, and different for another seed', () => {
    expect(numbers(7)).toEqual(numbers(7));
    expect(numbers(7)).not.toEqual(numbers(8));
  });

  it('are spread over the whole range', () => {
    const drawn = numbers(1);
    expect(Math.min(...drawn)).toBeLessThan(0.02);
    expect(Math.max(...drawn)).toBeGreaterThan(0.98);
    expect(Math.max(...drawn)).toBeLessThan(1);
  });

  it('draw by weight', () => {
    const random = new SeededRandom(3);
    const choices = [{ weight: 0 }, { weight: 1 }, { weight: 3 }];
    const counts = [0, 0, 0];
    for (let n = 0; n < 4_000; n++) counts[choices.indexOf(random.draw(choices))]!++;
    expect(counts[0]).toBe(0);
    expect(counts[2]! / counts[1]!).toBeGreaterThan(2.5);
    expect(counts[2]! / counts[1]!).toBeLessThan(3.5);
  });
});
