import { describe, expect, it } from '@jest/globals';
import { cycleOf } from './cycle.js';

const graph = (edges: Record<string, string[]>): Map<string, string[]> => new Map(Object.entries(edges));

describe('a circle of dependencies', () => {
  it.each<[Record<string, string[]>, string[] | undefined]>([
    [{}, undefined],
    [{ a: ['b'], b: [] }, undefined],
    [{ a: ['a'] }, ['a', 'a']],
    [{ a: ['b'], b: ['a'] }, ['a', 'b', 'a']],
    [{ x: ['a'], a: ['b', 'c'], b: [], c: ['a'] }, ['a', 'c', 'a']],
    [{ a: ['b', 'c'], b: ['d'], c: ['d'], d: [] }, undefined],
    [{ a: ['nobody'] }, undefined],
    [{ a: ['constructor'], constructor: ['__proto__'] }, undefined],
  ])('of %j: %j', (edges, expected) => expect(cycleOf(graph(edges))).toEqual(expected));

  it('is found, or not, in a chain of 100,000', () => {
    const chain = new Map(Array.from({ length: 100_000 }, (_, n) => [`m${n}`, [`m${n + 1}`]]));
    expect(cycleOf(chain)).toBeUndefined();
    chain.set('m100000', ['m0']);
    expect(cycleOf(chain)).toHaveLength(100_002);
  });
});
