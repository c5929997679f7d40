import { describe, expect, test } from '@jest/globals';
import type { Entry } from '../etcd.client.js';
import type { EtcdClient } from '../etcd.client.js';
import { Keyspace } from '../keyspace.js';
import type { ReportFault } from '../shape.js';
import { hostileValues } from '../testing/hostile-values.js';
import { wholeValues } from '../testing/whole-values.js';
import { Stores } from './stores.js';
import { decodeVitals, decodeVitalsIndex } from './vitals.codec.js';

const keys = new Keyspace('9volt');
const stores = new Stores(undefined as unknown as EtcdClient, keys);
const values = wholeValues(keys);
const [monitor, worker] = ['web', 'w1-abc'];
const index = { generation: 1, names: [monitor] };

type Reader = (entry: Entry, report?: ReportFault) => object | undefined;
const ignored: ReportFault = () => undefined;
const readers: [key: string, read: Reader][] = [
  [keys.member(worker), (entry, report = ignored) => stores.member.watched.decode(entry, report)],
  [keys.director, (entry, report) => stores.member.director(entry, report)],
  [keys.assignment(worker, monitor), (entry, report) => stores.assignment.parsed(entry, report)],
  [keys.state(monitor), (entry, report) => stores.state.parsed(entry, report)],
  [keys.incident(monitor, 1), (entry, report) => stores.incident.parsed(entry, report)],
  [keys.outboxEntry(monitor, 'pager', '0001'), (entry, report) => stores.outbox.parsed(entry, report)],
  [keys.handback(monitor, worker), (entry, report) => stores.handback.parsed(entry, report)],
  [keys.event('000000000000000000000001'), (entry, report = ignored) => stores.event.watched.decode(entry, report)],
  [keys.request('r1'), (entry, report) => stores.request.parsed(entry, report)],
  [keys.push(monitor), (entry, report) => stores.push.parsed(entry, report)],
  [keys.coverage, (entry, report) => stores.coverage.parsed(entry, report)],
  [keys.poisonRecord(monitor), (entry, report) => stores.suspect.poison(entry, report)],
  [keys.drain('w9'), (entry) => stores.member.drain(entry)],
  [keys.vitalsIndex(worker, 0), ({ value }) => decodeVitalsIndex(value)],
  [keys.vitalsDump(worker, 0, 0), ({ value }) => decodeVitals(value, [index])],
];
const entry = (key: string, value: Buffer): Entry => ({ key, value, createRevision: 7, modRevision: 8, lease: '0' });

const writtenAs = (key: string): object => JSON.parse((values.get(key) as Buffer).toString()) as object;
/** A key says more than its value about its subject. */
const named = (key: string): object => (key.startsWith(keys.events) ? { id: '000000000000000000000001' } : {});
/** All but the vitals, whose codec has a spec of its own. */
const records = readers.filter(([key]) => !key.startsWith(keys.vitals));
/** All but a drain, which has nothing to add to. */
const extended = records.filter(([key]) => !key.startsWith(keys.drains));

test.each(records)('what stands under %s is read as it was written', (key, read) => {
  expect(read(entry(key, values.get(key) as Buffer))).toEqual({ ...writtenAs(key), ...named(key) });
});

test.each(extended)('what a newer version added under %s is read too', (key, read) => {
  const newer = { ...writtenAs(key), aNewerVersionsOwn: { deep: [1] } };
  expect(read(entry(key, Buffer.from(JSON.stringify(newer))))).toEqual({ ...newer, ...named(key) });
});

describe.each(readers)('what stands under %s', (key, read) => {
  const whole = values.get(key) as Buffer;

  test('is read', () => {
    expect(read(entry(key, whole))).toBeDefined();
  });

  test('costs no exception and less than a second, and can be printed, whatever it is', () => {
    const hostile = hostileValues(whole);
    expect(hostile.length).toBeGreaterThanOrEqual(88);
    for (const [, value] of hostile) {
      const found = read(entry(key, value));
      if (found) expect(() => JSON.stringify(found)).not.toThrow();
    }
  });
});

test('reports an invalid value with the place and what was expected there, and nothing of the value', () => {
  const told: string[] = [];
  const report: ReportFault = (fault) => told.push(fault);
  const of = (value: unknown): Entry => entry(keys.member(worker), Buffer.from(JSON.stringify(value)));
  const member = JSON.parse((values.get(keys.member(worker)) as Buffer).toString()) as object;
  const { decode } = stores.member.watched;
  expect(decode(of({ ...member, Tags: undefined }), report)).toBeUndefined();
  expect(decode(of({ ...member, Tags: ['a', { canary: 1 }] }), report)).toBeUndefined();
  expect(decode(of('canary'), report)).toBeUndefined();
  expect(decode({ ...of(1), value: Buffer.from('canary') }, report)).toBeUndefined();
  expect(decode({ ...of(1), value: Buffer.alloc(1_200_000, 0x20) }, report)).toBeUndefined();
  expect(told).toEqual([
    'Tags: expected a list',
    'Tags.1: expected a text',
    'expected a JSON object',
    'it is not JSON',
    '1200000 bytes are too large; expected at most 1048576',
  ]);
  expect(decode(of({ ...member, Load: { checks: 'x' } }), report)).toEqual({ ...member, Load: undefined });
  expect(told).toHaveLength(5);
});
