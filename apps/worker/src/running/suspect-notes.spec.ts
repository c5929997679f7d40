import { expect, test } from '@jest/globals';
import { AppLogger } from '@9volt/platform';
import { FakeClock } from '../testing/fake-clock.js';
import { SuspectNotes } from './suspect-notes.js';

test('a first check does not wait because the note of an earlier one was just cleared, but many share ten writes a second', async () => {
  const clock = new FakeClock();
  const writes: { at: number; suspects: number }[] = [];
  const noting = (_id: string, _n: number, _revision: number, suspects: { size: number }) => ({ suspects });
  const given = [
    { isMember: true, memberId: 'w1', stores: { suspect: { noting } } },
    clock,
    { active: false, unlessDetached: (noted: Promise<void>) => noted },
    {
      urgently: async (compose: () => { suspects: { size: number } }) => {
        writes.push({ at: clock.now() - start, suspects: compose().suspects.size });
        return { outcome: 'accepted', revision: writes.length };
      },
    },
    AppLogger.silent(),
  ] as unknown as ConstructorParameters<typeof SuspectNotes>;
  const start = clock.now();
  const notes = new SuspectNotes(...given);
  void notes.note('a', 1);
  await clock.advance(10);
  notes.clear('a');
  await clock.advance(520);
  expect(writes.map(({ suspects }) => suspects)).toEqual([1, 0]);
  const clearedAt = writes[1]?.at as number;
  const askedAt = clock.now() - start;
  expect(askedAt - clearedAt).toBeLessThan(50);
  void notes.note('b', 2);
  await clock.advance(5);
  expect(writes).toHaveLength(3);
  expect((writes[2]?.at as number) - askedAt).toBeLessThan(5);
  for (let n = 0; n < 50; n++) {
    void notes.note(`c${n}`, 3);
    await clock.advance(10);
  }
  expect(writes.length - 3).toBeLessThanOrEqual(6);
});
