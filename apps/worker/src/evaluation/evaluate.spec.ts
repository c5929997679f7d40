import { describe, expect, test } from '@jest/globals';
import type { CheckResult, MonitorSettings, MonitorState, Status } from '@9volt/contracts';
import fc from 'fast-check';
import { someOf } from '@9volt/testing';
import { evaluate, type EvaluationContext } from './evaluate.js';

const context: EvaluationContext = {
  now: 10_000,
  lastRunAt: 9_000,
  owner: 'w1-abc',
  ownerName: 'w1',
  revision: 7,
  createRevision: 5,
  target: 'http GET http://a/',
};

const settingsOf = (warning?: number, critical?: number): MonitorSettings =>
  ({
    type: 'http',
    interval: '10s',
    ...(warning === undefined ? {} : { 'warning-threshold': warning }),
    ...(critical === undefined ? {} : { 'critical-threshold': critical }),
  }) as MonitorSettings;

const resultOf = (status: Status, message = `${status}!`): CheckResult => ({
  status,
  message: status === 'ok' ? 'N/A' : message,
  latencyMs: 1,
});

/** The states after each of a sequence of results, one second apart. */
function after(results: readonly Status[], settings: MonitorSettings, first?: MonitorState): MonitorState[] {
  let state = first;
  return results.map((status, index) => {
    const at = 9_000 + index * 1_000;
    return (state = evaluate(state, resultOf(status), settings, { ...context, lastRunAt: at, now: at + 5 }));
  });
}

const statuses = (results: readonly Status[], settings: MonitorSettings): string =>
  after(results, settings)
    .map(({ status, count }) => `${status} ${count}`)
    .join(', ');

const C = 'critical';
const W = 'warning';
const U = 'unknown';

describe('the status after a sequence of results', () => {
  test.each<[string, number | undefined, number | undefined, Status[], string]>([
    ['both unset: critical at the first failure', undefined, undefined, [C, C], 'critical 1, critical 1'],
    ['both thresholds', 2, 4, [C, C, C, C, C], 'ok 1, warning 2, warning 3, critical 4, critical 4'],
    ['warning alone never becomes critical', 1, undefined, [C, C, C], 'warning 1, warning 1, warning 1'],
    ['critical alone', undefined, 3, [C, C, C], 'ok 1, ok 2, critical 3'],
    ['zero means never', 0, 2, [C, C], 'ok 1, critical 2'],
    ['equal thresholds skip warning', 2, 2, [C, C], 'ok 1, critical 2'],
    ['a verdict of warning is warning at most', 1, 2, [W, W, W], 'warning 1, warning 2, warning 2'],
    ['a verdict of warning, critical threshold alone', undefined, 2, [W, W], 'ok 1, warning 2'],
    ['a verdict of warning, no thresholds', undefined, undefined, [W], 'warning 1'],
    ['unknown is shown at once, whatever the thresholds', 1, 3, [U, U, U], 'unknown 1, unknown 2, unknown 3'],
    ['unknown, no thresholds', undefined, undefined, [U], 'unknown 1'],
    ['unknown in a critical incident', 1, 2, [C, C, U, C], 'warning 1, critical 2, unknown 2, critical 2'],
    [
      'after unknown, a failure below the thresholds is no recovery',
      undefined,
      3,
      [U, C, C],
      'unknown 1, unknown 2, critical 3',
    ],
    ['a success ends unknown', 2, 3, [U, 'ok', C], 'unknown 1, ok 0, ok 1'],
    ['a success resets the count', 2, 3, [C, C, 'ok', C], 'ok 1, warning 2, ok 0, ok 1'],
    ['from critical to a verdict of warning', 1, 2, [C, C, W, C], 'warning 1, critical 2, warning 2, critical 2'],
    ['failures of different kinds count together', 1, 3, [C, U, C], 'warning 1, unknown 2, critical 3'],
  ])('%s', (_name, warning, critical, results, expected) => {
    expect(statuses(results, settingsOf(warning, critical))).toBe(expected);
  });
});

describe('the incident', () => {
  test('opens with the first status other than ok, at the time of the first of the consecutive failures', () => {
    const [, second, third] = after([C, C, C], settingsOf(2, 3));
    expect(second?.incident).toEqual({
      id: '5.1',
      openedAt: new Date(9_000).toISOString(),
      worst: 'warning',
      warned: true,
    });
    expect(second?.since).toBe(new Date(10_000).toISOString());
    expect(third?.incident).toEqual({
      id: '5.1',
      openedAt: new Date(9_000).toISOString(),
      worst: 'critical',
      warned: true,
    });
    expect(third?.incidents).toBe(1);
  });

  test('closes with a success, and the next one gets the next number', () => {
    const [, closed, next] = after([C, 'ok', C], settingsOf());
    expect(closed).toMatchObject({ status: 'ok', count: 0, message: 'N/A', incident: null, incidents: 1 });
    expect(closed).not.toHaveProperty('firstFailureAt');
    expect(next?.incident?.id).toBe('5.2');
  });

  test('keeps its worst status and the latest findings', () => {
    const settings = settingsOf(1, 2);
    const failing = evaluate(undefined, { ...resultOf(C), expected: '200', found: '500' }, settings, context);
    expect(failing.incident).toMatchObject({ expected: '200', found: '500' });
    const [, critical, warning] = after([C, C, W], settings, undefined);
    expect(critical?.incident?.worst).toBe('critical');
    expect(warning).toMatchObject({ status: 'warning', incident: { worst: 'critical' } });
    expect(evaluate(failing, resultOf(C), settings, context).incident).not.toHaveProperty('found');
  });

  test('survives a change of the thresholds: a target that still fails has not recovered', () => {
    const [critical] = after([C], settingsOf());
    const raised = evaluate(critical, resultOf(C), settingsOf(5, 9), { ...context, revision: 8 });
    expect(raised).toMatchObject({ status: 'critical', count: 2, revision: 8, incident: { id: '5.1' } });
  });

  test('a change of the thresholds does not lower it, but a milder verdict does', () => {
    const [critical] = after([C], settingsOf(1, 1));
    expect(evaluate(critical, resultOf(C), settingsOf(1, 5), context).status).toBe('critical');
    expect(evaluate(critical, resultOf(W), settingsOf(1, 5), context).status).toBe('warning');
  });

  test('does not survive a change of the target, but its number is not reused', () => {
    const [critical] = after([C], settingsOf());
    const changed = evaluate(critical, resultOf(C), settingsOf(), { ...context, target: 'http GET http://b/' });
    expect(changed).toMatchObject({ count: 1, told: {}, incident: { id: '5.2' } });
  });

  test('of a monitor deleted and created again starts again', () => {
    const [critical] = after([C], settingsOf());
    const anew = evaluate(critical, resultOf(C), settingsOf(2), { ...context, createRevision: 9 });
    expect(anew).toMatchObject({ status: 'ok', count: 1, incidents: 0, incident: null, createRevision: 9 });
  });
});

test('below the thresholds the message is that of the failure', () => {
  const [state] = after([C], settingsOf(2));
  expect(state).toMatchObject({ status: 'ok', count: 1, message: 'critical!', incident: null });
});

test('keeps attributes of a newer version, and who was notified', () => {
  const [critical] = after([C], settingsOf());
  const before = { ...critical, told: { slack: C }, novelty: 1 } as unknown as MonitorState;
  expect(evaluate(before, resultOf('ok'), settingsOf(), context)).toMatchObject({ told: { slack: C }, novelty: 1 });
});

const threshold = fc.option(fc.integer({ min: 0, max: 5 }), { nil: undefined });
const anyStatus = fc.constantFrom<Status>('ok', 'warning', 'critical', 'unknown');

test('success after success changes who says it, its revision, and the times', () => {
  const [, second] = after(['ok', 'ok'], settingsOf());
  const later = { ...context, owner: 'w2-def', ownerName: 'w2', revision: 9, judgedWithinMs: 12_000 };
  const third = evaluate(second, resultOf('ok'), settingsOf(), { ...later, lastRunAt: 60_000, now: 60_005 });
  expect(third).toEqual({
    ...second,
    owner: 'w2-def',
    ownerName: 'w2',
    revision: 9,
    judgedWithinMs: 12_000,
    lastRunAt: new Date(60_000).toISOString(),
    date: new Date(60_005).toISOString(),
  });
});

test('whatever happens, the state is consistent', () => {
  fc.assert(
    fc.property(
      threshold,
      threshold,
      fc.array(anyStatus, { minLength: 1, maxLength: 30 }),
      (warning, critical, results) => {
        const states = after(results, settingsOf(warning, critical));
        someOf(states).forEach((state, index) => {
          const before = states[index - 1];
          const result = results[index];
          expect(state.incident === null).toBe(state.status === 'ok');
          expect(state.count).toBeLessThanOrEqual(Math.max(warning ?? 0, critical ?? 0, 1));
          expect(state.count === 0).toBe(result === 'ok');
          // Only a success closes an incident; it never changes while open.
          if (before?.incident && result !== 'ok') expect(state.incident?.id).toBe(before.incident.id);
          expect(state.incidents - (before?.incidents ?? 0)).toBe(!before?.incident && state.incident ? 1 : 0);
          expect(state.since === before?.since || state.status !== before?.status).toBe(true);
          if (warning && !critical) expect(state.status).not.toBe('critical');
          if (result === 'unknown') expect(state.status).toBe('unknown');
        });
      },
    ),
  );
});

test('a state is never worse than the findings in its consecutive failures', () => {
  fc.assert(
    fc.property(
      threshold,
      threshold,
      fc.array(anyStatus, { minLength: 1, maxLength: 30 }),
      (warning, critical, results) => {
        const states = after(results, settingsOf(warning, critical));
        let found = new Set<Status>();
        someOf(states).forEach(({ status }, index) => {
          const result = results[index] as Status;
          found = result === 'ok' ? new Set() : found.add(result);
          // A failure may be warning or critical, by how often it was found; a warning only warning.
          const possible = {
            ok: true,
            warning: found.has(C) || found.has(W),
            critical: found.has(C),
            unknown: found.has(U),
          };
          expect(possible[status]).toBe(true);
        });
      },
    ),
  );
});

describe('the number of failures', () => {
  const failuresAfter = (results: readonly Status[], settings: MonitorSettings, first?: MonitorState): unknown[] =>
    after(results, settings, first).map(({ failures }) => failures);

  test('counts on beyond the thresholds, and is known after the recovery', () => {
    const results: Status[] = [...Array<Status>(70).fill(C), 'ok', 'ok', C];
    expect(failuresAfter(results, settingsOf(1, 2)).slice(67)).toEqual([68, 69, 70, 70, 70, 1]);
  });

  test('counts no success before a recovery, and goes on after one', () => {
    const settings = { ...settingsOf(undefined, 2), 'recovery-threshold': 3 } as MonitorSettings;
    expect(failuresAfter([C, C, C, 'ok', 'ok', C], settings)).toEqual([1, 2, 3, 3, 3, 4]);
  });

  test('continues from a state of an older version', () => {
    const before = after([C, C], settingsOf(1, 2)).at(-1) as MonitorState;
    delete before.failures;
    expect(failuresAfter([C], settingsOf(1, 2), before)).toEqual([3]);
  });

  test('follows, for a new owner, from the time that the monitor has failed', () => {
    const before = after([C, C], settingsOf(1, 2)).at(-1) as MonitorState;
    const settings = settingsOf(1, 2);
    const later = evaluate(before, resultOf(C), settings, { ...context, owner: 'w2', lastRunAt: 9_000 + 600_000 });
    expect(later.failures).toBe(61);
    const soon = evaluate(before, resultOf(C), settings, { ...context, owner: 'w2', lastRunAt: 12_000 });
    expect(soon.failures).toBe(3);
    // The same owner knows.
    expect(evaluate(later, resultOf(C), settings, { ...context, owner: 'w2', lastRunAt: 9e6 }).failures).toBe(62);
  });
});
