import { describe, expect, it } from '@jest/globals';
import { describeChange, describePlan } from './describe-plan.js';
import { type Catalogue, planSync, type Stored } from './plan-sync.js';

const options = { replace: false, nosync: false };
const stored = (value: object | undefined, modRevision = 7, demo = false): Stored => ({
  value,
  text: JSON.stringify(value) ?? 'not JSON',
  modRevision,
  demo,
});
const catalogue = <V>(monitor: Record<string, V>, alerter: Record<string, V> = {}): Catalogue<V> => ({
  monitor: new Map(Object.entries(monitor)),
  alerter: new Map(Object.entries(alerter)),
  maintenance: new Map(),
});
const many = <V>(count: number, value: V): Record<string, V> =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`m${index}`, value]));

describe('planning a sync', () => {
  it('adds, changes, skips and removes, each with the revision that was read', () => {
    const plan = planSync(
      catalogue<object>({ a: { type: 'x' }, b: { type: 'y' }, c: { type: 'z' } }),
      catalogue({ b: stored({ type: 'old' }), c: stored({ type: 'z' }), d: stored({ type: 'x' }, 9) }),
      options,
    );
    expect(plan.added).toEqual([{ kind: 'monitor', name: 'a', value: { type: 'x' }, modRevision: 0 }]);
    expect(plan.changed).toMatchObject([{ name: 'b', modRevision: 7 }]);
    expect(plan.skipped).toEqual([{ kind: 'monitor', name: 'c' }]);
    expect(plan.removed).toMatchObject([{ name: 'd', modRevision: 9 }]);
  });

  it('ignores the order of attributes, but not that of a list', () => {
    const local = catalogue<object>({ a: { x: 1, tags: ['p', 'q'] } });
    expect(planSync(local, catalogue({ a: stored({ tags: ['p', 'q'], x: 1 }) }), options).changed).toEqual([]);
    expect(planSync(local, catalogue({ a: stored({ tags: ['q', 'p'], x: 1 }) }), options).changed).toHaveLength(1);
  });

  it('validates no stored entry that equals the files', () => {
    const untouched: Stored = {
      text: '{"x":1}',
      modRevision: 7,
      demo: false,
      get value(): object {
        throw new Error('validated');
      },
    };
    expect(planSync(catalogue<object>({ a: { x: 1 } }), catalogue({ a: untouched }), options).skipped).toHaveLength(1);
  });

  it('replaces a stored invalid entry', () => {
    expect(planSync(catalogue<object>({ a: {} }), catalogue({ a: stored(undefined) }), options).changed).toHaveLength(
      1,
    );
  });

  it('keeps entries without a file with nosync, and writes everything with replace', () => {
    const local = catalogue<object>({ a: { x: 1 } });
    const remote = catalogue({ a: stored({ x: 1 }), b: stored({}) });
    expect(planSync(local, remote, { ...options, nosync: true }).removed).toEqual([]);
    expect(planSync(local, remote, { ...options, replace: true }).changed).toHaveLength(1);
  });

  it.each([
    [10, 10, false],
    [11, 11, true],
    [30, 15, false],
    [30, 16, true],
  ])('of %i monitors, removing %i is alarming: %s', (total, removed, alarming) => {
    const kept = Object.fromEntries(Object.entries(many<object>(total, {})).slice(removed));
    const plan = planSync(catalogue(kept), catalogue(many(total, stored({}))), options);
    expect(plan.alarming !== undefined).toBe(alarming);
  });

  it('does not count the demo', () => {
    expect(planSync(catalogue({}), catalogue(many(12, stored({}, 7, true))), options).alarming).toBeUndefined();
  });
});

describe('describing a sync', () => {
  it('shows a difference by attribute and masks secrets', () => {
    const before = { type: 'slack', options: { token: 'old-secret', channel: '#a' } };
    const value = { type: 'slack', options: { token: 'new-secret', channel: '#b' } };
    const lines = describeChange({ kind: 'alerter', name: 'team', value, before, modRevision: 3 });
    expect(lines).toEqual([
      '~ alerter team',
      '    options.channel: "#a" -> "#b"',
      '    options.token: "********" -> "********"',
    ]);
  });

  it('says what it would do', () => {
    const plan = planSync(catalogue<object>({ a: {} }), catalogue({ b: stored({}) }), options);
    expect(describePlan(plan, true)).toEqual(['would have added monitor a', 'would have removed monitor b']);
  });
});
