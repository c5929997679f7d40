import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Circles, parentsIn } from './circles.js';
import { cycleOf } from './cycle.js';

type Edit = [string, string[]];

function after(...edits: Edit[]): { circles: Circles; refused: string[]; doubtful: string[][] } {
  const circles = new Circles();
  const doubtful = edits.map(([name, parents], n) => circles.set(name, parents, n + 1));
  const names = [...new Set(edits.map(([name]) => name))];
  const refused = names.flatMap((name) => circles.closedBy(name)?.join(' ') ?? []);
  return { circles, refused, doubtful };
}

describe('circles of dependencies', () => {
  it.each<[string, Edit[], string[]]>([
    [
      'none',
      [
        ['a', ['b']],
        ['b', ['c']],
      ],
      [],
    ],
    ['one that depends on itself', [['a', ['a']]], ['a a']],
    [
      'the latest of two is refused',
      [
        ['a', ['b']],
        ['b', ['a']],
      ],
      ['b a b'],
    ],
    [
      'whoever closes a longer one',
      [
        ['c', ['a']],
        ['a', ['b']],
        ['b', ['x', 'c']],
      ],
      ['b c a b'],
    ],
    [
      'one that leads into a circle is right',
      [
        ['a', ['b']],
        ['b', ['a']],
        ['x', ['a']],
      ],
      ['b a b'],
    ],
    [
      'an edit that opens it',
      [
        ['a', ['b']],
        ['b', ['a']],
        ['a', []],
      ],
      [],
    ],
    [
      'a later edit of the other one',
      [
        ['a', ['b']],
        ['b', ['a']],
        ['a', ['b', 'x']],
      ],
      ['a b a'],
    ],
    [
      'names of objects',
      [
        ['constructor', ['__proto__']],
        ['__proto__', ['constructor']],
      ],
      ['__proto__ constructor __proto__'],
    ],
  ])('%s', (_what, edits, refused) => expect(after(...edits).refused).toEqual(refused));

  it('name whoever must be judged anew', () => {
    const { circles } = after(['a', ['b']], ['b', ['a']], ['x', ['a']]);
    expect(circles.set('x', [], 9)).toEqual([]);
    expect(circles.set('a', [], 10)).toEqual(['b']);
    expect(circles.closedBy('b')).toBeUndefined();
  });

  it('of one transaction: exactly one is refused', () => {
    const circles = new Circles();
    circles.set('a', ['b'], 7);
    circles.set('b', ['a'], 7);
    expect([circles.closedBy('a'), circles.closedBy('b')]).toEqual([undefined, ['b', 'a', 'b']]);
  });

  it('without the refused edits there is none', () => {
    const names = ['a', 'b', 'c', 'd', 'e'];
    const edit = fc.tuple(fc.constantFrom(...names), fc.uniqueArray(fc.constantFrom(...names), { maxLength: 3 }));
    fc.assert(
      fc.property(fc.array(edit, { maxLength: 30 }), (edits) => {
        const { circles } = after(...edits);
        const latest = new Map(edits);
        const kept = [...latest].filter(([name]) => !circles.closedBy(name));
        expect(cycleOf(new Map(kept))).toBeUndefined();
      }),
    );
  });

  it('are found without recursion in a chain of 100,000', () => {
    const circles = new Circles();
    for (let n = 1; n < 100_000; n++) circles.set(`m${n}`, [`m${n - 1}`], n);
    expect(circles.closedBy('m99999')).toBeUndefined();
    circles.set('m0', ['m99999'], 100_000);
    expect(circles.closedBy('m0')).toHaveLength(100_001);
  });
});

it.each([
  [undefined, []],
  ['{"type":"tcp"}', []],
  ['{"depends-on":["a","b"]}', ['a', 'b']],
  ['{"depends-on":["a",1,null]}', ['a']],
  ['{"depends-on":"a"}', []],
  ['{"depends-on":["a"', []],
  ['["depends-on"]', []],
])('the parents in %j', (text, parents) => expect(parentsIn(text)).toEqual(parents));
