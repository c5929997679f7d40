import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Keyspace, prefixEnd } from './keyspace.js';

/** Contracts permit no slash in names, and ids have none. */
const segment = fc.string({ minLength: 1 }).filter((text) => !text.includes('/'));
const keyspace = segment.map((prefix) => new Keyspace(prefix));

describe('Keyspace', () => {
  test.each(['9volt', '/9volt', '9volt/', '//9volt//'])('prefix %s', (prefix) => {
    const keys = new Keyspace(prefix);
    expect(keys.root).toBe('/9volt/');
    expect(keys.monitor('web')).toBe('/9volt/monitor/web');
    expect(keys.director).toBe('/9volt/cluster/director');
    expect(keys.incident('web', 7)).toBe('/9volt/incident/web/00000007');
  });

  test('an empty prefix is the root', () => {
    expect(new Keyspace('/').config).toBe('/config');
  });

  test('parses every key that it builds', () => {
    fc.assert(
      fc.property(keyspace, segment, segment, segment, fc.nat(), fc.nat(59), (keys, a, b, c, n, dump) => {
        expect(keys.parseAssignment(keys.assignment(a, b))).toEqual({ workerId: a, monitor: b });
        expect(keys.parseSuspectNote(keys.suspectNote(a, n))).toEqual({ workerId: a, n });
        expect(keys.under(keys.poison, keys.poisonRecord(a))).toBe(a);
        expect(keys.parseOutbox(keys.outboxEntry(a, b, c))).toEqual({ monitor: a, alerter: b, id: c });
        expect(keys.parseIncident(keys.incident(a, n))).toEqual({ monitor: a, n });
        expect(keys.parseVitals(keys.vitalsDump(a, n, dump))).toEqual({ workerId: a, chunk: n, dump });
        expect(keys.parseVitals(keys.vitalsIndex(a, n))).toEqual({ workerId: a, chunk: n, dump: 'index' });
        expect(keys.parseLook(keys.look(a, b))).toBe(a);
        expect(keys.parseLatest(keys.latest(a, b))).toEqual({ monitor: a, workerId: b });
        expect(keys.under(keys.monitors, keys.monitor(a))).toBe(a);
      }),
    );
  });

  test('does not parse keys of one kind as another', () => {
    fc.assert(
      fc.property(keyspace, segment, segment, (keys, a, b) => {
        expect(keys.parseAssignment(keys.outboxEntry(a, b, a))).toBeUndefined();
        expect(keys.parseAssignment(keys.assignmentsOf(a))).toBeUndefined();
        expect(keys.parseOutbox(keys.outboxOf(a))).toBeUndefined();
        expect(keys.parseVitals(keys.vitalsOf(a))).toBeUndefined();
        expect(keys.under(keys.monitors, keys.monitors)).toBeUndefined();
      }),
    );
  });

  test('incidents sort by age', () => {
    fc.assert(
      fc.property(keyspace, segment, fc.nat(99_999_998), (keys, name, n) => {
        expect(keys.incident(name, n) < keys.incident(name, n + 1)).toBe(true);
      }),
    );
  });
});

test('the end of a prefix is after all of its keys, and before all others that follow', () => {
  fc.assert(
    fc.property(segment, fc.string(), (prefix, rest) => {
      const end = prefixEnd(`/${prefix}/`);
      expect(Buffer.compare(Buffer.from(`/${prefix}/${rest}`), end)).toBeLessThan(0);
      expect(Buffer.compare(Buffer.from(`/${prefix}0`), end)).toBe(0);
    }),
  );
});
