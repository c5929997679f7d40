import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { someOf } from '@9volt/testing';
import { type Due, DueHeap } from './due-heap.js';

test('answers the earliest, whatever was added, moved and removed before', () => {
  const steps = fc.array(fc.record({ item: fc.nat(19), at: fc.nat(100), remove: fc.boolean() }), {
    minLength: 1,
    maxLength: 200,
  });
  fc.assert(
    fc.property(steps, (changes) => {
      const items: Due[] = Array.from({ length: 20 }, () => ({ at: 0, heapIndex: -1 }));
      const heap = new DueHeap<Due>();
      for (const { item, at, remove } of someOf(changes)) {
        const changed = items[item] as Due;
        if (remove) {
          heap.remove(changed);
        } else {
          changed.at = at;
          heap.push(changed);
        }
        const inside = items.filter((each) => each.heapIndex >= 0);
        expect(heap.size).toBe(inside.length);
        if (inside.length > 0) expect(heap.peek()?.at).toBe(Math.min(...inside.map((each) => each.at)));
      }
    }),
  );
});
