import { describe, expect, it, test } from '@jest/globals';
import { someOf } from '@9volt/testing';
import fc from 'fast-check';
import {
  type Assignment,
  MaintenanceSettings,
  MaintenanceWindows,
  type Matcher,
  matches,
  MatcherIndex,
  type MonitorSettings,
  type MonitorState,
  type Silence,
  subjectOf,
} from '@9volt/contracts';
import { OwnedMonitor } from '../../owned/owned-monitor.js';
import { holdOf } from '../pipeline/stages.js';

function owned(name: string, settings: Partial<MonitorSettings> = {}): OwnedMonitor {
  const value = { settings: { type: 'http', interval: '10s', ...settings }, phase: 'run' } as Assignment;
  return new OwnedMonitor(name, { key: name, createRevision: 1, modRevision: 1, value });
}

const found = (matching: MatcherIndex<unknown>, monitor: OwnedMonitor): string[] =>
  matching
    .of(monitor)
    .map(({ name }) => name)
    .sort();

describe('what is about a monitor', () => {
  const web = owned('web-1', { tags: ['shop', 'eu'], 'member-tag': 'fra' });
  it.each<[Matcher, boolean]>([
    [{ name: 'web-1' }, true],
    [{ name: 'web-2' }, false],
    [{ name: 'web-*' }, true],
    [{ name: 'web-1', tags: ['shop'] }, true],
    [{ name: 'web-1', tags: ['mail'] }, false],
    [{ tags: ['eu', 'shop'] }, true],
    [{ type: 'tcp' }, false],
    [{ 'member-tag': 'fra' }, true],
    // The status is looked at with each alarm.
    [{ status: ['warning'] }, true],
    [{ name: 'web-2', status: ['warning'] }, false],
  ])('%j: %s', (match, expected) => {
    const matching = new MatcherIndex<number>();
    matching.set('one', match, 1);
    expect(found(matching, web)).toEqual(expected ? ['one'] : []);
  });

  it('follows changes of what matches, and of the monitor', () => {
    const matching = new MatcherIndex<number>();
    matching.set('a', { name: 'web-1' }, 1);
    matching.set('b', { tags: ['shop'] }, 1);
    expect(found(matching, web)).toEqual(['a', 'b']);
    matching.set('a', { name: 'mail' }, 1);
    expect(found(matching, web)).toEqual(['b']);
    matching.set('a', { name: 'we?-1' }, 1);
    matching.delete('b');
    matching.delete('never there');
    expect(found(matching, web)).toEqual(['a']);
    const edited = owned('web-1');
    expect(found(matching, edited)).toEqual(['a']);
    edited.update({
      ...itemOf(edited),
      value: { ...edited.assignment, settings: { ...edited.settings, tags: ['x'] } as MonitorSettings },
    });
    matching.set('c', { tags: ['x'] }, 1);
    expect(found(matching, edited)).toEqual(['a', 'c']);
    matching.delete('a');
    matching.delete('c');
    expect(found(matching, edited)).toEqual([]);
  });

  it('is what a look at all of them finds, after any number of changes between two questions', () => {
    const monitors = ['a', 'b', 'ab'].map((name) => owned(name, { tags: [name, 'x'] }));
    const match = fc.constantFrom<Matcher>(
      { name: 'a' },
      { name: 'a*' },
      { tags: ['x'] },
      { tags: ['b'] },
      { type: 'no' },
    );
    const change = fc.record({ name: fc.constantFrom('s1', 's2', 's3', 's4'), match: fc.option(match) });
    fc.assert(
      fc.property(fc.array(fc.array(change, { maxLength: 100 }), { minLength: 1, maxLength: 6 }), (rounds) => {
        const matching = new MatcherIndex<Matcher>();
        const all = new Map<string, Matcher>();
        for (const round of someOf(rounds)) {
          for (const { name, match } of round) {
            if (match) {
              matching.set(name, match, match);
              all.set(name, match);
            } else {
              matching.delete(name);
              all.delete(name);
            }
          }
          for (const monitor of monitors) {
            const expected = [...all].filter(([, match]) => matches(match, subjectOf(monitor))).map(([name]) => name);
            expect(found(matching, monitor)).toEqual(expected.sort());
          }
        }
      }),
    );
  });

  it('is what a look at all of them finds, whatever they are called', () => {
    const names = ['__proto__', 'constructor', 'web-1', 'a*', '*', 'web-?'];
    const monitors = ['__proto__', 'constructor', 'toString', 'web-1', 'abc'].map((name) => owned(name));
    const matching = new MatcherIndex<Matcher>();
    for (const name of names) matching.set(name, { name }, { name });
    for (const monitor of monitors) {
      const expected = names.filter((name) => matches({ name }, subjectOf(monitor))).sort();
      expect(found(matching, monitor)).toEqual(expected);
    }
  });
});

function itemOf(monitor: OwnedMonitor) {
  const { key, createRevision, modRevision, assignment: value } = monitor;
  return { key, createRevision, modRevision, value };
}

test('what a decision costs with 1,000 silences and 200 windows', () => {
  const now = Date.parse('2026-11-28T10:00:00Z');
  const silences = new MatcherIndex<Silence>();
  const windows = new MatcherIndex<MaintenanceWindows>();
  const shapes = (n: number): Matcher[] => [
    { name: `web-${n}` },
    { name: `web-${n}`, status: ['warning'] },
    { name: `*-shop-${n}-*` },
    { tags: [`t${n}`, 'shop'], type: 'http' },
  ];
  const times = { start: '2026-11-28T09:00:00Z', end: '2026-11-28T12:00:00Z' };
  for (let n = 0; n < 1_000; n++) {
    const match = shapes(n)[n % 4] as Matcher;
    silences.set(`s${n}`, match, { match, ...times, comment: 'so', createdAt: times.start });
  }
  for (let n = 0; n < 200; n++) {
    const match = shapes(n)[n % 4] as Matcher;
    const settings = Object.assign(new MaintenanceSettings(), {
      ...{ match, schedule: `${n % 60} 3 * * *`, duration: '2h', 'time-zone': 'Europe/Berlin' },
    });
    windows.set(`w${n}`, match, new MaintenanceWindows(settings));
  }
  const state = { status: 'critical', since: times.start, incident: { id: '1.1' } } as unknown as MonitorState;
  const decide = (monitor: OwnedMonitor): boolean =>
    holdOf(
      { alerter: 'pager', status: 'critical', kind: 'alarm' },
      {
        ...{ subject: subjectOf(monitor), state, pause: undefined, acknowledgement: undefined, parents: [] },
        maintenances: windows.of(monitor),
        silences: silences.of(monitor),
      },
      now,
    ) !== undefined;
  const monitors = Array.from({ length: 2_000 }, (_, n) => owned(`web-${n}`, { tags: ['shop', `t${n}`] }));
  /** Of the processor, since others may use it as well. */
  const costs = (): number => {
    const before = process.cpuUsage();
    for (const monitor of monitors) decide(monitor);
    const { user, system } = process.cpuUsage(before);
    return (user + system) / monitors.length;
  };
  const [first, again] = [costs(), costs()];
  silences.delete('s3');
  const changed = costs();
  const figures = `${again.toFixed(1)} µs while nothing changes, ${changed.toFixed(1)} µs after a silence ended`;
  console.info(`a decision: ${first.toFixed(1)} µs the first time, ${figures}`);
  expect(monitors.filter(decide).length).toBeGreaterThan(400);
  // The bound is 100 µs; a busy machine may need a multiple.
  expect(first).toBeLessThan(1_000);
});
