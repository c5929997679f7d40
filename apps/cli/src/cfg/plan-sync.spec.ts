import { describe, expect, it } from '@jest/globals';
import { describeChange, describePlan } from './describe-plan.js';
import type { Origin } from '@9volt/contracts';
import { type Catalogue, planSync, type Stored, type SyncOptions } from './plan-sync.js';

const options: SyncOptions = { set: 'shop', replace: false, nosync: false, pruneAll: false, takeOver: false };
const SHOP: Origin = { from: 'files', set: 'shop' };
const stored = (
  value: object | undefined,
  modRevision = 7,
  demo = false,
  origin: Origin | undefined = demo ? undefined : SHOP,
): Stored => ({
  value,
  origin,
  text: JSON.stringify(value) ?? 'not JSON',
  modRevision,
  demo,
});
const catalogue = <V>(
  monitor: Record<string, V>,
  alerter: Record<string, V> = {},
  maintenance: Record<string, V> = {},
): Catalogue<V> => ({
  monitor: new Map(Object.entries(monitor)),
  alerter: new Map(Object.entries(alerter)),
  maintenance: new Map(Object.entries(maintenance)),
  'status-page': new Map(),
  report: new Map(),
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

  it('treats maintenance windows as other entries of a set', () => {
    const local = { mine: { mode: 'stop' }, other: { mode: 'stop' }, fresh: {} };
    const known = {
      mine: stored({ mode: 'quiet' }),
      gone: stored({}, 8),
      other: stored({}, 9, false, { from: 'files', set: 'mail' }),
      byHand: stored({}, 10, false, { from: 'api' }),
    };
    const plan = planSync(catalogue<object>({}, {}, local), catalogue({}, {}, known), options);
    const namesOf = (entries: readonly { kind: string; name: string }[]): string[] =>
      entries.map(({ kind, name }) => `${kind} ${name}`);
    expect([plan.added, plan.changed, plan.removed, plan.foreign, plan.kept].map(namesOf)).toEqual([
      ['maintenance fresh'],
      ['maintenance mine'],
      ['maintenance gone'],
      ['maintenance other'],
      ['maintenance byHand'],
    ]);
    const all = planSync(catalogue<object>({}, {}, local), catalogue({}, {}, known), { ...options, pruneAll: true });
    expect(namesOf(all.removed)).toEqual(['maintenance gone', 'maintenance byHand']);
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
      origin: SHOP,
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

describe('whose an entry is', () => {
  const owned = (origin: Origin | undefined): Stored => ({ ...stored({ x: 1 }), origin });
  const PAY: Origin = { from: 'files', set: 'pay' };
  const remote = catalogue({
    mine: owned(SHOP),
    theirs: owned(PAY),
    made: owned({ from: 'api' }),
    before: owned(undefined),
  });
  const names = (of: readonly { name: string }[]): string[] => of.map(({ name }) => name).sort();

  it('a push removes only what its set once made', () => {
    const plan = planSync(catalogue<object>({}), remote, options);
    expect(names(plan.removed)).toEqual(['mine']);
    expect(names(plan.kept)).toEqual(['before', 'made', 'theirs']);
  });

  it('unless all is to be pruned, or nothing', () => {
    expect(names(planSync(catalogue({}), remote, { ...options, pruneAll: true }).removed)).toHaveLength(4);
    expect(planSync(catalogue({}), remote, { ...options, nosync: true }).removed).toEqual([]);
    expect(planSync(catalogue({}), remote, { ...options, nosync: true, pruneAll: true }).removed).toEqual([]);
  });

  it('what nobody owns, or the API made, belongs to the first set that names it', () => {
    const plan = planSync(catalogue<object>({ made: { x: 2 }, before: { x: 1 }, mine: { x: 1 } }), remote, options);
    expect([names(plan.changed), names(plan.claimed)]).toEqual([['made'], ['before']]);
  });

  it('what another set has alike stays its own, and what differs is refused, unless it is taken over', () => {
    const alike = planSync(catalogue<object>({ mine: { x: 1 }, theirs: { x: 1 } }), remote, options);
    expect([alike.claimed, alike.foreign, alike.changed]).toEqual([[], [], []]);
    const replaced = planSync(catalogue<object>({ mine: { x: 1 }, theirs: { x: 1 } }), remote, {
      ...options,
      replace: true,
    });
    expect([names(replaced.changed), replaced.foreign, replaced.skipped]).toEqual([
      ['mine'],
      [],
      [{ kind: 'monitor', name: 'theirs', set: 'pay' }],
    ]);
    const local = catalogue<object>({ mine: { x: 1 }, theirs: { x: 2 } });
    expect(planSync(local, remote, options)).toMatchObject({ foreign: [{ name: 'theirs', set: 'pay' }], changed: [] });
    const taken = planSync(local, remote, { ...options, takeOver: true });
    expect([taken.foreign, names(taken.changed)]).toEqual([[], ['theirs']]);
  });

  it('only deletions of its own are alarming', () => {
    const others = catalogue({
      ...many(11, owned(SHOP)),
      ...Object.fromEntries(Array.from({ length: 90 }, (_, n) => [`o${n}`, owned(PAY)])),
    });
    expect(planSync(catalogue({}), others, options).alarming).toBe('this push would delete 11 of 11 monitors');
    expect(planSync(catalogue({}), others, { ...options, pruneAll: true }).alarming).toContain('101 of 101');
  });

  it('is told, of what stays, when somebody asks', () => {
    const plan = planSync(catalogue<object>({ mine: { x: 1 } }), remote, options);
    expect(describePlan(plan, { dryrun: false, verbose: false })).toEqual([]);
    expect(describePlan(plan, { dryrun: false, verbose: true })).toEqual([
      'skipped monitor mine',
      'kept monitor theirs: it belongs to the set pay',
      'kept monitor made: the dashboard or the API made it',
      'kept monitor before: it belongs to no set',
    ]);
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
    expect(describePlan(plan, { dryrun: true, verbose: false })).toEqual([
      'would have added monitor a',
      'would have removed monitor b',
    ]);
  });
});
