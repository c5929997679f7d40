import { describe, expect, it } from '@jest/globals';
import { type PoisonRecord, SUSPECTS_PER_NOTE } from '@9volt/contracts';
import { Keyspace, MAX_TXN_OPS, Stores } from '@9volt/etcd-dal';
import { planSettlement } from './plan-settlement.js';
import type { KnownPoison } from '../caches/suspicions.js';

const keys = new Keyspace('9volt');
const AT = '2026-01-01T00:00:00.000Z';
const DEATH = { worker: 'w1-abc', of: 'worker', at: AT, how: 'it died or hung' };

function settle(suspects: Record<string, number>, known: Record<string, KnownPoison> = {}, gone: string[] = []) {
  const note = {
    key: keys.suspectNote('w1-abc', 0),
    workerId: 'w1-abc',
    modRevision: 40,
    suspects: new Map(Object.entries(suspects)),
  };
  const plan = planSettlement(new Stores(undefined as never, keys).suspect, note, {
    at: AT,
    isGone: (name) => gone.includes(name),
    known: (name) => known[name],
  });
  const puts = plan.then.flatMap((op) =>
    'put' in op ? [[op.put, JSON.parse(String(op.value)) as PoisonRecord] as const] : [],
  );
  return { ...plan, puts };
}

describe('planSettlement', () => {
  it('records one death for each suspect, in the transaction that deletes the note of a worker that is not a member', () => {
    const { then, compare, puts, suspects } = settle({ web: 7, db: 8 });
    expect(suspects).toEqual(['web', 'db']);
    expect(then).toContainEqual({ delete: keys.suspectNote('w1-abc', 0) });
    expect(compare).toEqual([
      { key: keys.suspectNote('w1-abc', 0), target: 'mod', value: 40 },
      { key: keys.member('w1-abc'), target: 'create', is: '=', value: 0 },
      { key: keys.poisonRecord('web'), target: 'mod', value: 0 },
      { key: keys.poisonRecord('db'), target: 'mod', value: 0 },
    ]);
    expect(puts).toEqual([
      [keys.poisonRecord('web'), { revision: 7, deaths: [DEATH] }],
      [keys.poisonRecord('db'), { revision: 8, deaths: [DEATH] }],
    ]);
  });

  it('adds to earlier deaths, and leaves a record that already has this death or a newer revision', () => {
    const other = { ...DEATH, worker: 'w0' } as const;
    const { puts, suspects } = settle(
      { second: 7, same: 7, older: 7 },
      {
        second: { modRevision: 30, record: { revision: 7, deaths: [{ ...other, of: 'worker' }] } },
        same: { modRevision: 31, record: { revision: 7, deaths: [{ ...other, of: 'worker', worker: 'w1-abc' }] } },
        older: { modRevision: 32, record: { revision: 9, deaths: [] } },
      },
    );
    expect(puts).toEqual([[keys.poisonRecord('second'), { revision: 7, deaths: [other, DEATH] }]]);
    expect(suspects).toEqual(['second', 'same', 'older']);
  });

  it('replaces an invalid record, comparing it', () => {
    const { compare, puts } = settle({ web: 7 }, { web: { modRevision: 33, record: undefined } });
    expect(puts).toEqual([[keys.poisonRecord('web'), { revision: 7, deaths: [DEATH] }]]);
    expect(compare).toContainEqual({ key: keys.poisonRecord('web'), target: 'mod', value: 33 });
  });

  it('records nothing of removed monitors, and only deletes an empty note', () => {
    expect(settle({ web: 7 }, {}, ['web'])).toMatchObject({
      suspects: [],
      puts: [],
      then: [{ delete: expect.any(String) }],
    });
    expect(settle({}).then).toHaveLength(1);
  });

  it('fits into a transaction, with the fence of the leader', () => {
    const { compare, then } = settle(
      Object.fromEntries(Array.from({ length: SUSPECTS_PER_NOTE }, (_, n) => [`m${n}`, n])),
    );
    expect(compare.length + 2).toBeLessThanOrEqual(MAX_TXN_OPS);
    expect(then.length).toBeLessThanOrEqual(MAX_TXN_OPS);
  });
});
