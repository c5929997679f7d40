import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { SuspectSlots } from './suspect-slots.js';

const contents = (slots: SuspectSlots): Record<number, Record<string, number>> =>
  Object.fromEntries(slots.takeDirty().map(({ n, suspects }) => [n, Object.fromEntries(suspects)]));

describe('SuspectSlots', () => {
  it('fills notes up to their size, and what becomes free before a new one', () => {
    const slots = new SuspectSlots(2);
    for (const name of ['a', 'b', 'c']) slots.add(name, 1);
    expect(contents(slots)).toEqual({ 0: { a: 1, b: 1 }, 1: { c: 1 } });
    expect(slots.isDirty).toBe(false);
    slots.remove('a');
    slots.add('d', 4);
    expect(contents(slots)).toEqual({ 0: { b: 1, d: 4 } });
  });

  it('replaces the revision of one that stands there already, and forgets nobody it does not know', () => {
    const slots = new SuspectSlots(2);
    slots.add('a', 1);
    slots.add('a', 2);
    expect(slots.remove('b')).toBe(false);
    expect(contents(slots)).toEqual({ 0: { a: 2 } });
    slots.clear();
    expect(contents(slots)).toEqual({ 0: {} });
  });

  it('has each suspect on one note, none overfull, and tells of every change', () => {
    const step = fc.record({ add: fc.boolean(), name: fc.constantFrom(...'abcdefgh'), revision: fc.nat(9) });
    fc.assert(
      fc.property(fc.array(step), (steps) => {
        const slots = new SuspectSlots(3);
        const wanted = new Map<string, number>();
        const written = new Map<number, Map<string, number>>();
        for (const { add, name, revision } of steps) {
          if (add) slots.add(name, revision);
          else slots.remove(name);
          if (add) wanted.set(name, revision);
          else wanted.delete(name);
          if (revision % 2) for (const { n, suspects } of slots.takeDirty()) written.set(n, new Map(suspects));
        }
        for (const { n, suspects } of slots.takeDirty()) written.set(n, new Map(suspects));
        const all = [...written.values()].flatMap((suspects) => [...suspects]);
        expect(all.sort()).toEqual([...wanted].sort());
        for (const suspects of written.values()) expect(suspects.size).toBeLessThanOrEqual(3);
      }),
    );
  });
});
