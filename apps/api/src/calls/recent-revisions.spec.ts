import { expect, it } from '@jest/globals';
import { RecentRevisions } from './recent-revisions.js';

it('knows what was seen a second ago, however many revisions follow', () => {
  const seen = new RecentRevisions(1_000);
  expect(seen.isOld(1, 0)).toBe(false);
  seen.note(10, 0);
  expect([seen.isOld(10, 999), seen.isOld(10, 1_000), seen.isOld(11, 1_000)]).toEqual([false, true, false]);
  for (let at = 500; at < 5_000; at += 10) seen.note(at, at);
  expect(seen.isOld(10, 5_000)).toBe(true);
  expect(seen.isOld(3_900, 5_000)).toBe(true);
  expect(seen.isOld(4_150, 5_000)).toBe(false);
});
