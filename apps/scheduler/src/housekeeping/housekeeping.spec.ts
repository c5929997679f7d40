import { describe, expect, it } from '@jest/globals';
import { INCIDENT_AGE_MS } from '@9volt/contracts';
import { AbsentWorkers } from './absent-workers.js';
import { RevisionLog } from './revision-log.js';
import { SeenRevisions } from './seen-revisions.js';
import { INCIDENTS_KEPT, type KnownIncident, obsoleteIncidents } from './sweep-incidents.js';

describe('RevisionLog', () => {
  it('knows the newest revision that is old enough', () => {
    const log = new RevisionLog(600);
    expect(log.old(0)).toBeUndefined();
    for (let minute = 0; minute <= 20; minute++) log.note(minute * 60, 1_000 + minute);
    expect(log.old(599)).toBeUndefined();
    expect(log.old(600)).toBe(1_000);
    expect(log.old(1_200)).toBe(1_010);
    expect(log.old(60_000)).toBe(1_020);
  });

  it('starts from zero when etcd or the clock went back', () => {
    const log = new RevisionLog(600);
    log.note(0, 1_000);
    log.note(700, 5);
    expect(log.old(700)).toBeUndefined();
    expect(log.old(1_300)).toBe(5);
    log.note(100, 6);
    expect(log.old(1_300)).toBe(6);
  });
});

describe('SeenRevisions', () => {
  const minute = 60_000;
  const day = 24 * 60 * minute;

  it('knows the age of what it saw, and not that of older keys', () => {
    const seen = new SeenRevisions(30 * day);
    expect(seen.isOlder(1, day, 0)).toBeUndefined();
    for (let at = 0; at <= day; at += minute) seen.note(at, 1_000 + at / minute);
    expect(seen.isOlder(1_000, day, day - 1)).toBeUndefined();
    expect(seen.isOlder(1_000, day, day)).toBe(true);
    expect(seen.isOlder(1_001, day, day)).toBe(false);
    expect(seen.isOlder(1_001, 10 * minute, 10 * minute)).toBe(false);
    expect(seen.isOlder(1_001, 10 * minute, 15 * minute)).toBe(true);
    expect(seen.isOlder(9_999, 10 * minute, day)).toBe(false);
  });

  it('forgets what it does not need any more, and starts from zero when etcd went back', () => {
    const seen = new SeenRevisions(day);
    for (let at = 0; at <= 3 * day; at += 10 * minute) seen.note(at, at / minute);
    expect(seen.isOlder(1, day, 3 * day)).toBe(true);
    expect(seen.isOlder((2 * day) / minute + 1, day, 3 * day)).toBe(false);
    seen.note(3 * day + minute, 5);
    expect(seen.isOlder(1, minute, 3 * day + minute)).toBeUndefined();
    expect(seen.isOlder(6, minute, 3 * day + minute)).toBe(false);
  });
});

describe('AbsentWorkers', () => {
  it('names workers that have been gone for long, and forgets those that came back', () => {
    const absent = new AbsentWorkers();
    expect(absent.note(['w1'], 0, 100)).toEqual([]);
    expect(absent.note(['w1', 'w2'], 100, 100)).toEqual(['w1']);
    expect(absent.note(['w2'], 150, 100)).toEqual([]);
    expect(absent.note(['w1', 'w2'], 200, 100)).toEqual(['w2']);
  });
});

describe('obsoleteIncidents', () => {
  const now = INCIDENT_AGE_MS * 2;
  const of = (monitor: string, count: number, closedAt: number | undefined): KnownIncident[] =>
    Array.from({ length: count }, (_, n) => ({
      key: `${monitor}/${n}`,
      monitor,
      closedAt,
      modRevision: n,
    }));

  it.each([
    ['keeps what is recent', of('a', INCIDENTS_KEPT, now), []],
    ['sweeps the oldest beyond those kept for a monitor', of('a', INCIDENTS_KEPT + 2, now), ['a/0', 'a/1']],
    ['sweeps what was closed long ago', of('a', 2, now - INCIDENT_AGE_MS - 1), ['a/0', 'a/1']],
    ['keeps what is open, however old', of('a', 2, undefined), []],
    ['sweeps those of monitors that are gone', [...of('a', 1, now), ...of('gone', 2, undefined)], ['gone/0', 'gone/1']],
    ['counts each monitor for itself', [...of('a', INCIDENTS_KEPT, now), ...of('b', INCIDENTS_KEPT, now)], []],
  ])('%s', (_title, incidents, expected) => {
    const isGone = (monitor: string): boolean => monitor === 'gone';
    expect([...obsoleteIncidents(incidents, { now, isGone, isOld: () => undefined })]).toEqual(expected);
  });

  it.each([
    ['keeps what a clock that is behind calls old', now - 2 * INCIDENT_AGE_MS, false, []],
    ['sweeps what a clock that is ahead calls young', now + INCIDENT_AGE_MS, true, ['a/0']],
    ['keeps what is open', undefined, true, []],
  ])('%s', (_title, closedAt, isOld, expected) => {
    const rules = { now, isGone: () => false, isOld: () => isOld };
    expect([...obsoleteIncidents(of('a', 1, closedAt), rules)]).toEqual(expected);
  });
});
