import { describe, expect, test } from '@jest/globals';
import { ChangeLog, type LogEntry } from './change-log.js';
import { revisionOf, streamId } from '../common/stream-id.js';

const change = (id: string, revision: number, derived = false): LogEntry => ({ type: 'state', id, revision, derived });

describe('the log of changes', () => {
  const log = new ChangeLog(4);
  const since = (revision: number): string[] | undefined => log.since(revision)?.map(({ id }) => id);

  test('knows nothing before it starts', () => expect(since(10)).toBeUndefined());

  test('answers what came after a revision, each thing once, in the order of the last change', () => {
    log.restart(10);
    for (const entry of [change('a', 11), change('b', 12), change('a', 13)]) log.add(entry);
    expect(since(10)).toEqual(['b', 'a']);
    expect(since(12)).toEqual(['a']);
    expect(since(13)).toEqual([]);
    expect(since(9)).toBeUndefined();
  });

  test('repeats what changed by itself after the last sent revision', () => {
    log.add(change('c', 13, true));
    expect(since(13)).toEqual(['c']);
    expect(since(14)).toEqual([]);
  });

  test('forgets the oldest, and says so', () => {
    for (let revision = 14; revision < 18; revision++) log.add(change(`n${revision}`, revision));
    expect(since(12)).toBeUndefined();
    expect(since(13)).toEqual(['n14', 'n15', 'n16', 'n17']);
  });
});

test.each([
  ['c.12', 12],
  ['c.0', 0],
  ['d.12', undefined],
  ['c.x', undefined],
  ['c.', undefined],
  ['12', undefined],
  ['c.12.13', undefined],
])('%j means revision %s', (id, revision) => {
  expect(revisionOf(id, 'c')).toBe(revision);
  if (revision !== undefined) expect(streamId('c', revision)).toBe(id);
});
