import { describe, expect, it } from '@jest/globals';
import { batches, bytesOf, type Compare, encode, Keyspace, MAX_TXN_BYTES, MAX_TXN_OPS, Stores } from '@9volt/etcd-dal';
import type { Content } from '../decision/decide-assignment.js';
import type { Holding } from '../caches/holding.js';
import { urgencyOf } from './urgency.js';
import { composeWrite, type Effect, type Write } from './write-assignments.js';

const keys = new Keyspace('9volt');
const stores = new Stores(undefined as never, keys);
const batched = (writes: Write[]) => [...batches(writes, (write) => write, { fence })];
const fence: Compare[] = [{ key: keys.director, target: 'create', value: 7 }];

function content(intervalMs: number, phase: Content['phase'] = 'run', settingsJson = '{}'): Content {
  const subject = { settingsJson, target: '', weight: 1, intervalMs, memberTag: undefined };
  return { phase, subject, revision: 3, createRevision: 2, lastRunAt: 5 };
}

const THEN = '2026-01-01T00:00:00Z';

const holding = (monitor: string): Holding => ({
  key: keys.assignment('w1', monitor),
  workerId: 'w1',
  monitor,
  modRevision: 9,
  phase: 'run',
  to: undefined,
  reason: undefined,
  revision: 3,
  createRevision: 2,
  lastRunAt: undefined,
  lastRunBy: undefined,
  text: '',
});

function assign(monitor: string, settingsJson?: string): Write {
  const effect: Effect = { act: 'assign', cause: 'new', to: 'w2', content: content(1, 'run', settingsJson) };
  return composeWrite(stores, monitor, effect, 'now');
}

function move(monitor: string): Write {
  const effect = { act: 'move', cause: 'new', holding: holding(monitor), ownerGone: true, to: 'w2' } as const;
  return composeWrite(stores, monitor, { ...effect, content: content(1) }, 'now');
}

describe('composeWrite', () => {
  it('compares the key that it replaces or deletes, that the new owner is a member, and that the old one is gone', () => {
    const write = move('db');
    expect(write.compare).toEqual([
      { key: '/9volt/cluster/assignments/w1/db', target: 'mod', value: 9 },
      { key: '/9volt/cluster/members/w1', target: 'create', is: '=', value: 0 },
      { key: '/9volt/cluster/assignments/w2/db', target: 'mod', value: 0 },
      { key: '/9volt/cluster/members/w2', target: 'create', is: '>', value: 0 },
    ]);
    const [batch] = batched([write, move('web')]);
    expect(batch?.compare.filter(({ target }) => target === 'create')).toEqual([
      ...fence,
      { key: '/9volt/cluster/members/w1', target: 'create', is: '=', value: 0 },
      { key: '/9volt/cluster/members/w2', target: 'create', is: '>', value: 0 },
    ]);
    const [gone, put] = write.then as [unknown, { put: string; value: string }];
    expect(gone).toEqual({ delete: '/9volt/cluster/assignments/w1/db' });
    expect(put.put).toBe('/9volt/cluster/assignments/w2/db');
    expect(JSON.parse(put.value)).toEqual({
      phase: 'run',
      revision: 3,
      createRevision: 2,
      lastRunAt: 5,
      assignedAt: 'now',
      cause: 'new',
      settings: {},
    });
  });

  it.each([
    ['edited', THEN, 'new'],
    ['rebalance', THEN, 'rebalance'],
  ] as const)('keeps since when a worker has it when it is %s', (cause, assignedAt, kept) => {
    const settings = { type: 'tcp', interval: '10s' };
    const text = encode({ phase: 'run', settings, revision: 3, createRevision: 2, assignedAt: THEN, cause: 'new' });
    const before = { ...holding('db'), text };
    const effect = { act: 'rewrite', cause, holding: before, content: content(1) } as const;
    const [put] = composeWrite(stores, 'db', effect, 'now').then as unknown as [{ value: string }];
    expect(JSON.parse(put.value)).toMatchObject({ assignedAt, cause: kept });
  });

  it('does not require that the owner is gone when a hand-over took too long', () => {
    const effect = {
      act: 'move',
      cause: 'late hand-over',
      holding: holding('db'),
      ownerGone: false,
      to: 'w2',
    } as const;
    const { compare } = composeWrite(stores, 'db', { ...effect, content: content(1) }, 'now');
    expect(compare.filter(({ target }) => target === 'create')).toEqual([
      { key: '/9volt/cluster/members/w2', target: 'create', is: '>', value: 0 },
    ]);
  });
});

describe('batched', () => {
  it.each([
    ['new ones', assign, 126],
    ['moves', move, 62],
  ])("fills transactions with %s up to etcd's limits", (_title, make, most) => {
    const writes = Array.from({ length: 1_000 }, (_, i) => make(`m${i}`));
    const made = batched(writes);
    for (const { items: some, compare } of made) {
      expect(compare.length).toBeLessThanOrEqual(MAX_TXN_OPS);
      expect(some.flatMap(({ then }) => then).length).toBeLessThanOrEqual(MAX_TXN_OPS);
      expect(compare[0]).toBe(fence[0]);
    }
    expect(made[0]?.items).toHaveLength(most);
    expect(made.flatMap((batch) => batch.items)).toEqual(writes);
  });

  it('limits the bytes of a transaction', () => {
    const large = JSON.stringify({ description: 'é'.repeat(120_000) });
    const made = batched(Array.from({ length: 20 }, (_, i) => assign(`m${i}`, large)));
    for (const batch of made) expect(bytesOf(batch)).toBeLessThanOrEqual(MAX_TXN_BYTES + 1_000);
    expect(made).toHaveLength(5);
  });
});

describe('urgencyOf', () => {
  it('puts short intervals first, and planned moves last', () => {
    const effects: Effect[] = [
      { act: 'rewrite', cause: 'rebalance', holding: holding('a'), content: content(1, 'retire') },
      { act: 'assign', cause: 'new', to: 'w2', content: content(31_536_000_000) },
      { act: 'assign', cause: 'new', to: 'w2', content: content(1_000) },
      { act: 'drop', cause: 'removed', holding: holding('b'), ownerGone: false },
    ];
    const sorted = [...effects].sort((a, b) => urgencyOf(a) - urgencyOf(b));
    expect(sorted).toEqual([...effects].reverse());
  });
});
