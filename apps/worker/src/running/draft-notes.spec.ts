import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { DraftNotes } from './draft-notes.js';

const contents = (notes: DraftNotes): Record<number, Record<string, number>> =>
  Object.fromEntries(notes.takeDirty().map(({ n, suspects }) => [n, Object.fromEntries(suspects)]));

describe('DraftNotes', () => {
  it('fills notes up to their size, and reuses free room before a new one', () => {
    const notes = new DraftNotes(2);
    for (const name of ['a', 'b', 'c']) notes.add(name, 1);
    expect(contents(notes)).toEqual({ 0: { a: 1, b: 1 }, 1: { c: 1 } });
    expect(notes.isDirty).toBe(false);
    notes.remove('a');
    notes.add('d', 4);
    expect(contents(notes)).toEqual({ 0: { b: 1, d: 4 } });
  });

  it('replaces the revision of a known one, and ignores an unknown one', () => {
    const notes = new DraftNotes(2);
    notes.add('a', 1);
    notes.add('a', 2);
    expect(notes.remove('b')).toBe(false);
    expect(contents(notes)).toEqual({ 0: { a: 2 } });
    notes.clear();
    expect(contents(notes)).toEqual({ 0: {} });
  });

  it('has each suspect on one note, none overfull, and reports every change', () => {
    let notesWritten = 0;
    const step = fc.record({ add: fc.boolean(), name: fc.constantFrom(...'abcdefgh'), revision: fc.nat(9) });
    fc.assert(
      fc.property(fc.array(step), (steps) => {
        const notes = new DraftNotes(3);
        const wanted = new Map<string, number>();
        const written = new Map<number, Map<string, number>>();
        for (const { add, name, revision } of steps) {
          if (add) notes.add(name, revision);
          else notes.remove(name);
          if (add) wanted.set(name, revision);
          else wanted.delete(name);
          if (revision % 2) for (const { n, suspects } of notes.takeDirty()) written.set(n, new Map(suspects));
        }
        for (const { n, suspects } of notes.takeDirty()) written.set(n, new Map(suspects));
        const all = [...written.values()].flatMap((suspects) => [...suspects]);
        expect(all.sort()).toEqual([...wanted].sort());
        for (const suspects of written.values()) {
          expect(suspects.size).toBeLessThanOrEqual(3);
          notesWritten++;
        }
      }),
    );
    expect(notesWritten).toBeGreaterThan(50);
  });
});
