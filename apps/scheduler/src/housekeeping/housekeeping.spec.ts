import { describe, expect, it } from '@jest/globals';
import { AbsentWorkers } from './absent-workers.js';
import { RevisionLog } from './revision-log.js';
import { INCIDENT_AGE_MS, INCIDENTS_KEPT, type KnownIncident, obsoleteIncidents } from './sweep-incidents.js';

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

  it('starts anew when etcd or the clock went back', () => {
    const log = new RevisionLog(600);
    log.note(0, 1_000);
    log.note(700, 5);
    expect(log.old(700)).toBeUndefined();
    expect(log.old(1_300)).toBe(5);
    log.note(100, 6);
    expect(log.old(1_300)).toBe(6);
  });
});

describe('AbsentWorkers', () => {
  it('names who has been gone for long, and forgets who came back', () => {
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
    Array.from({ length: count }, (_, n) => ({ key: `${monitor}/${n}`, monitor, closedAt }));

  it.each([
    ['keeps what is recent', of('a', INCIDENTS_KEPT, now), []],
    ['sweeps the oldest beyond those kept for a monitor', of('a', INCIDENTS_KEPT + 2, now), ['a/0', 'a/1']],
    ['sweeps what was closed long ago', of('a', 2, now - INCIDENT_AGE_MS - 1), ['a/0', 'a/1']],
    ['keeps what is open, however old', of('a', 2, undefined), []],
    ['sweeps those of monitors that are gone', [...of('a', 1, now), ...of('gone', 2, undefined)], ['gone/0', 'gone/1']],
    ['counts each monitor for itself', [...of('a', INCIDENTS_KEPT, now), ...of('b', INCIDENTS_KEPT, now)], []],
  ])('%s', (_title, incidents, expected) => {
    const isGone = (monitor: string): boolean => monitor === 'gone';
    expect([...obsoleteIncidents(incidents, { now, isGone })]).toEqual(expected);
  });
});
