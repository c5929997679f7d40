import { DEFAULT_CLUSTER_CONFIG, type DerivedStatus, type Member } from '@9volt/contracts';
import type { Item } from '@9volt/etcd-dal';
import { wholeMember, wholeState } from '@9volt/etcd-dal/testing';
import { someOf } from '@9volt/testing';
import { afterEach, expect, jest, test } from '@jest/globals';
import fc from 'fast-check';
import { ClusterViews } from './cluster-views.js';
import type { CacheRecord } from './records.js';

const START = Date.parse('2026-01-01T00:00:00Z');
const MONITORS = ['m0', 'm1'];
const WORKERS = ['w0', 'w1'];

class Views extends ClusterViews {
  private revision = 1;

  put(record: CacheRecord): void {
    const revision = ++this.revision;
    this.index(
      record,
      { key: '', value: record, createRevision: 1, modRevision: revision } as Item<CacheRecord>,
      revision,
    );
    this.flush();
  }

  remove(record: CacheRecord): void {
    this.index(record, undefined, ++this.revision);
    this.flush();
  }

  statuses(forgetful: boolean): (DerivedStatus | undefined)[] {
    return MONITORS.map((name) => {
      const view = this.monitors.get(name);
      if (forgetful) view?.changed();
      return view && this.status(view);
    });
  }
}

afterEach(() => {
  jest.restoreAllMocks();
});

type Step = { byMs: number } | { put: CacheRecord } | { gone: CacheRecord };

const monitor = fc.constantFrom(...MONITORS);
const worker = fc.constantFrom(...WORKERS);
/** Around the present, whenever it is used. */
const fromNow = fc.integer({ min: -20_000, max: 60_000 });
const tag = fc.constantFrom(undefined, 'eu');

const settings = fc.record({
  interval: fc.constantFrom('1s', '10s', '1m'),
  disable: fc.constantFrom(...Array<undefined>(9).fill(undefined), true),
  until: fc.option(fromNow, { nil: undefined, freq: 2 }),
  tag,
  tags: fc.constantFrom(undefined, ['shop']),
});

const at = (ms: number): string => new Date(Date.now() + ms).toISOString();

/** Made when it is applied: most have a time. */
const record = fc.oneof(
  {
    weight: 1,
    arbitrary: fc.tuple(monitor, settings).map(([name, { interval, disable, until, tag: memberTag, tags }]) => () => ({
      kind: 'monitor',
      name,
      settings: {
        ...{ type: 'tcp', host: 'a', port: 1, interval, disable, tags, 'member-tag': memberTag },
        'disable-until': until === undefined ? undefined : at(until),
      },
    })),
  },
  {
    weight: 4,
    arbitrary: fc.tuple(monitor, fc.constantFrom('ok', 'critical', 'warning')).map(([name, status]) => () => ({
      kind: 'state',
      name,
      state: { ...wholeState, status, lastRunAt: at(0) },
    })),
  },
  {
    weight: 4,
    arbitrary: fc.tuple(monitor, worker, fc.constantFrom('run', 'retire')).map(([name, workerId, phase]) => () => ({
      ...{ kind: 'assignment', monitor: name, workerId, phase, assignedAt: at(0), value: Buffer.from('') },
    })),
  },
  {
    weight: 4,
    arbitrary: fc.tuple(monitor, worker, fc.boolean()).map(([name, workerId, unjudged]) => () => ({
      kind: 'latest',
      latest: {
        ...{ monitor: name, workerId, at: Date.now() },
        entry: {
          ...{ name, runs: 1, overruns: 0, nextDueAt: Date.now() },
          samples: [{ at: Date.now(), latencyMs: 1, status: 'ok', ...(unjudged ? { unjudged } : {}) }],
        },
      },
    })),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(monitor, fc.integer({ min: 1, max: 40 })).map(([name, revision]) => () => ({
      kind: 'poison',
      monitor: name,
      record: { revision, deaths: [1, 2].map(() => ({ worker: 'w', of: 'worker', at: at(0), how: '' })) },
    })),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(monitor, fromNow).map(([name, until]) => () => ({
      kind: 'pause',
      monitor: name,
      pause: { until: at(until), by: 'x', at: at(0) },
    })),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(fromNow, fc.constantFrom('stop', 'quiet')).map(([start, mode]) => () => ({
      kind: 'maintenance',
      name: 'window',
      settings: { match: { tags: ['shop'] }, mode, start: at(start), end: at(start + 15_000) },
    })),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(worker, tag).map(([name, memberTag]) => () => ({
      kind: 'member',
      member: memberOf(name, memberTag === undefined ? [] : [memberTag]),
    })),
  },
  { weight: 1, arbitrary: worker.map((name) => () => ({ kind: 'drain', worker: name, drain: {} })) },
  {
    weight: 4,
    arbitrary: worker.map((workerId) => () => ({
      kind: 'vitals',
      workerId,
      chunk: 0,
      dump: 0,
      value: Buffer.from(''),
    })),
  },
  {
    weight: 4,
    arbitrary: fc.constantFrom('1s', '10s', '30s').map((StateDumpInterval) => () => ({
      kind: 'config',
      config: { ...DEFAULT_CLUSTER_CONFIG, StateDumpInterval },
    })),
  },
) as fc.Arbitrary<() => CacheRecord>;

const step = fc.oneof(
  { arbitrary: fc.integer({ min: 0, max: 12_000 }).map((byMs) => () => ({ byMs })), weight: 4 },
  { arbitrary: fc.integer({ min: 12_000, max: 40_000 }).map((byMs) => () => ({ byMs })), weight: 1 },
  { arbitrary: fc.integer({ min: -40_000, max: -1 }).map((byMs) => () => ({ byMs })), weight: 1 },
  { arbitrary: record.map((made) => () => ({ put: made() })), weight: 8 },
  { arbitrary: record.map((made) => () => ({ gone: made() })), weight: 2 },
) as fc.Arbitrary<() => Step>;

function memberOf(name: string, Tags: string[]): Member {
  return { ...wholeMember, MemberID: name, Name: name, Tags, LastUpdated: at(0) };
}

test('a remembered status is what would be computed now, whatever changed and however much time passed', () => {
  const seen = new Set<DerivedStatus | undefined>();
  fc.assert(
    fc.property(fc.array(step, { minLength: 60, maxLength: 90 }), (steps) => {
      let now = START;
      jest.spyOn(Date, 'now').mockImplementation(() => now);
      const [remembering, forgetful] = [new Views(), new Views()];
      for (const views of [remembering, forgetful]) {
        for (const name of WORKERS) views.put({ kind: 'member', member: memberOf(name, []) });
      }
      for (const make of someOf(steps)) {
        const one = make();
        if ('byMs' in one) now += one.byMs;
        for (const views of [remembering, forgetful]) {
          if ('put' in one) views.put(one.put);
          if ('gone' in one && one.gone.kind !== 'config') views.remove(one.gone);
        }
        const expected = forgetful.statuses(true);
        for (const status of expected) seen.add(status);
        expect(remembering.statuses(false)).toEqual(expected);
      }
    }),
    { numRuns: 200 },
  );
  expect([...seen].filter((status) => status !== undefined).sort()).toEqual([
    'critical',
    'disabled',
    'maintenance',
    'ok',
    'orphaned',
    'pending',
    'quarantined',
    'stale',
    'unknown',
    'warning',
  ]);
});
