import { describe, expect, test } from '@jest/globals';
import {
  type Death,
  isPoisonous,
  poisonReason,
  poisonRecordOf,
  SUSPECTS_PER_NOTE,
  suspectsOf,
  withDeath,
} from './poison.js';

const of = (worker: string, kind: Death['of'] = 'worker'): Death => ({
  worker,
  of: kind,
  at: '2026-01-01T00:00:00.000Z',
  how: 'SIGABRT',
});

describe('a record of deaths', () => {
  test('the second death under one revision makes it poisonous', () => {
    const first = withDeath(undefined, 7, of('w1'));
    expect(isPoisonous(first, 7)).toBe(false);
    const second = withDeath(first, 7, of('w2', 'child'));
    expect(isPoisonous(second, 7)).toBe(true);
    expect(isPoisonous(second, 8)).toBe(false);
    expect(poisonReason(second)).toBe(
      'it killed two processes: w1 at 2026-01-01T00:00:00.000Z (SIGABRT), a process of w2 at 2026-01-01T00:00:00.000Z (SIGABRT); edit it, and 9volt runs it again',
    );
  });

  test('deaths of workers alone make nothing poisonous: others ran there, too', () => {
    const workers = withDeath(withDeath(undefined, 7, of('w1')), 7, of('w2'));
    expect(workers.deaths).toHaveLength(2);
    expect(isPoisonous(workers, 7)).toBe(false);
    expect(isPoisonous(withDeath(workers, 7, of('w3', 'child')), 7)).toBe(true);
  });

  test('a worker dies once, its child processes several times', () => {
    const first = withDeath(undefined, 7, of('w1'));
    expect(withDeath(first, 7, of('w1'))).toBe(first);
    const child = withDeath(undefined, 7, of('w1', 'child'));
    expect(withDeath(child, 7, of('w1', 'child')).deaths).toHaveLength(2);
  });

  test('a newer revision starts from zero, an older one adds nothing', () => {
    const record = withDeath(withDeath(undefined, 7, of('w1')), 7, of('w2'));
    expect(withDeath(record, 8, of('w3'))).toEqual({ revision: 8, deaths: [of('w3')] });
    expect(withDeath(record, 6, of('w3'))).toBe(record);
  });

  test('attributes of a newer version are kept', () => {
    const record = poisonRecordOf({ revision: 7, deaths: [of('w1')], later: 1 });
    expect(withDeath(record, 7, of('w2'))).toMatchObject({ later: 1, deaths: [of('w1'), of('w2')] });
  });

  test.each([undefined, null, 7, [], {}, { revision: '7', deaths: [] }, { revision: 7, deaths: {} }])(
    'what makes no sense is no record: %j',
    (raw) => {
      expect(poisonRecordOf(raw)).toBeUndefined();
    },
  );

  test('invalid deaths do not count', () => {
    const record = poisonRecordOf({ revision: 7, deaths: [null, 'x', { worker: 'w1' }, of('w2')] });
    expect(record?.deaths).toEqual([of('w2')]);
  });
});

describe('a note', () => {
  test('names the suspects, and none if the note is invalid', () => {
    expect([...suspectsOf({ suspects: { web: 7, db: '8', mail: 1.5 } })]).toEqual([['web', 7]]);
    for (const raw of [undefined, null, 'x', [], {}, { suspects: 7 }, { suspects: [1] }]) {
      expect([...suspectsOf(raw)]).toEqual([]);
    }
  });

  test('names no more than one transaction can settle', () => {
    const suspects = Object.fromEntries(Array.from({ length: 500 }, (_, n) => [`m${n}`, n]));
    expect(suspectsOf({ suspects }).size).toBe(SUSPECTS_PER_NOTE);
  });
});
