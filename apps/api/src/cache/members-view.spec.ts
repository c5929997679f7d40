import { beforeEach, describe, expect, test } from '@jest/globals';
import type { Member } from '@9volt/contracts';
import { MembersView } from './members-view.js';

const DUMP_MS = 10_000;
const member = (id: string, Role: Member['Role'] = 'worker', Tags: string[] = []): Member =>
  ({ MemberID: id, Name: `name of ${id}`, Role, Tags }) as unknown as Member;

let view: MembersView;
beforeEach(() => {
  view = new MembersView();
  view.put(member('w'), 0);
});

const detached = (now: number, who = member('w')): boolean => view.isDetached(who, now, DUMP_MS);

describe('a worker', () => {
  test('is detached after three dumps of silence, until it is seen again', () => {
    expect([detached(30_000), detached(30_001)]).toEqual([false, true]);
    view.heardOf('w', 30_001);
    expect([detached(60_001), detached(60_002)]).toEqual([false, true]);
    // An idle worker has no results to dump, but it writes its key.
    view.put(member('w'), 70_000);
    expect(detached(100_000)).toBe(false);
  });

  test('gets time after we were deaf ourselves', () => {
    view.listening(50_000);
    expect([detached(80_000), detached(80_001)]).toEqual([false, true]);
  });

  test('whose membership is over is shown as detached, while monitors are assigned to it', () => {
    view.remove('w');
    expect(view.shown(() => true).map(({ MemberID }) => MemberID)).toEqual(['w']);
    expect([detached(1), view.isLiveWorker('w'), view.nameOf('w')]).toEqual([true, false, 'name of w']);
    expect(view.shown(() => false)).toEqual([]);
    expect(view.shown(() => true)).toEqual([]);
  });

  test('of which nothing else is known has the name in its id', () => {
    expect(['eu-worker-1-0a1b2c', 'w', 'worker-office-g1vgcp'].map((id) => view.nameOf(id))).toEqual([
      'eu-worker-1',
      'name of w',
      'worker-office',
    ]);
  });

  test('that returns is shown once', () => {
    view.remove('w');
    view.put(member('w'), 5);
    expect([view.shown(() => true).length, detached(6)]).toEqual([1, false]);
  });

  test('is drained by name', () => {
    view.setDrain('name of w', {});
    expect([view.isDraining(member('w')), view.mayRun(undefined)]).toEqual([true, false]);
    view.put(member('tagged', 'server', ['eu']), 0);
    expect([view.mayRun(undefined), view.mayRun('eu')]).toEqual([false, true]);
    view.setDrain('name of w', undefined);
    expect(view.mayRun(undefined)).toBe(true);
  });
});

test('members that run no checks are never detached, and disappear at once', () => {
  const api = member('a', 'api');
  view.put(api, 0);
  expect(detached(1e9, api)).toBe(false);
  view.remove('a');
  expect(view.shown(() => true).map(({ MemberID }) => MemberID)).toEqual(['w']);
});

describe('the clock of a member', () => {
  const at = (LastUpdated: string): Member => ({ ...member('w'), LastUpdated });
  const told = (when: number): string => new Date(when).toISOString();

  test('is compared with ours when it writes; the closest of its last three writes counts', () => {
    expect(view.clockOffsetMs('w')).toBeUndefined();
    view.put(at(told(7_200_000)), 0, true);
    expect(view.clockOffsetMs('w')).toBe(7_200_000);
    view.put(at(told(7_209_000)), 10_000, true);
    expect(view.clockOffsetMs('w')).toBe(7_199_000);
  });

  test('does not count as behind because a write was late on its way', () => {
    view.put(at(told(1_000)), 1_010, true);
    view.put(at(told(11_000)), 19_000, true);
    expect(view.clockOffsetMs('w')).toBe(-10);
  });

  test('is not compared by a listing, by the same write again, or by an invalid time', () => {
    view.put(at(told(5_000_000)), 0);
    view.put(at(told(5_000_000)), 10, true);
    view.put(at('yesterday'), 20, true);
    expect(view.clockOffsetMs('w')).toBeUndefined();
  });
});

test('has another version after each change that a status may depend on, and after no other', () => {
  const view = new MembersView();
  const changes: [string, () => void, boolean][] = [
    ['a member comes', () => view.put(member('w1'), 1), true],
    ['it writes its load', () => view.put({ ...member('w1'), LastUpdated: 'later' }, 2), false],
    ['it has other tags', () => view.put({ ...member('w1'), Tags: ['eu'] }, 3), true],
    ['it is drained', () => view.setDrain('w1', {}), true],
    ['its first results come', () => view.heardOf('w1', 4), true],
    ['more results come', () => view.heardOf('w1', 5), false],
    ['results come after our clock was set back', () => view.heardOf('w1', 3), true],
    ['results are expected of another', () => view.expect('w2', 6), true],
    ['they still are', () => view.expect('w2', 7), false],
    ['earlier results are found', () => view.wasHeardOf('w2', 1), true],
    ['it goes', () => view.remove('w1'), true],
  ];
  for (const [what, change, isNew] of changes) {
    const before = view.version;
    change();
    expect([what, view.version > before]).toEqual([what, isNew]);
  }
});
