import { expect, test } from '@jest/globals';
import type { Member } from '@9volt/contracts';
import { clocksFinding } from './cluster-findings.js';

const NOW = Date.parse('2026-05-01T12:00:00Z');
const member = (Name: string, secondsAhead: number, Role: Member['Role'] = 'worker'): Member =>
  ({ Name, Role, LastUpdated: new Date(NOW + secondsAhead * 1_000).toISOString() }) as Member;

test.each([
  ['all agree', [member('w1', -3), member('w2', 4)], 'ok', /no member/],
  ['one is hours ahead', [member('w1', 7_200), member('w2', 0)], 'warning', /ahead of this machine: w1 by 7200 s/],
  ['one is an hour behind', [member('w1', -3_600)], 'warning', /behind it, or silent: w1 by up to 3600 s/],
  ['a scheduler wrote its key when it started', [member('s1', -86_400, 'scheduler')], 'ok', /no member/],
  ['a scheduler is ahead', [member('s1', 60, 'scheduler')], 'warning', /s1 by 60 s/],
  ['one tells no time', [{ ...member('w1', 0), LastUpdated: 'x' }], 'ok', /no member/],
] as const)('%s', (_when, members, verdict, found) => {
  expect(clocksFinding(members, NOW)).toMatchObject({ verdict, found: expect.stringMatching(found) });
});
