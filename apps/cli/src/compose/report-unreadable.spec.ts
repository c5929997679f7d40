import { expect, test } from '@jest/globals';
import { AppLogger } from '@9volt/platform';
import { reportUnreadable } from './report-unreadable.js';

test('reports each invalid value in the log and among the errors, 20 a minute, and then how many more', () => {
  const lines: string[] = [];
  const log = { ...AppLogger.silent().child('x'), warn: (message: string) => void lines.push(message) };
  const errors: string[] = [];
  let now = 0;
  const report = reportUnreadable(
    log as never,
    () => ({ add: ({ message }) => void errors.push(message) }),
    () => now,
  );
  const found = (key: string) => ({ key, revision: 7, bytes: 3, reason: 'Tags: expected a list' });
  report(found('/9volt/cluster/members/w1\u001b[2J\u202e'));
  expect(lines).toEqual(['ignored the value of /9volt/cluster/members/w1\\u{1b}[2J\\u{202e}: Tags: expected a list']);
  for (let n = 0; n < 30; n++) report(found(`k${n}`));
  expect(lines).toHaveLength(20);
  now = 61_000;
  report(found('later'));
  expect(lines.slice(20)).toEqual([
    'ignored 11 more invalid values in etcd',
    'ignored the value of later: Tags: expected a list',
  ]);
  expect(errors).toHaveLength(21);
});
