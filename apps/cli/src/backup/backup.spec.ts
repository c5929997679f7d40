import { describe, expect, it } from '@jest/globals';
import { decodeBackup, encodeBackup } from './backup-file.js';
import { planRestore } from './plan-restore.js';

const data = new Map([
  ['monitor/web', Buffer.from('{"type":"http"}')],
  ['monitor/by-hand', Buffer.from([0xff, 0x00, 0x7b])],
  ['config', Buffer.from('{"HeartbeatInterval":"1s","ClusterId":"old"}')],
]);

describe('a backup', () => {
  const text = encodeBackup({ madeAt: '2026-01-02T03:04:05.000Z', data }, '9volt test');

  it('restores every byte, also of values that are not text', () => {
    const back = decodeBackup(text);
    expect(back.madeAt).toBe('2026-01-02T03:04:05.000Z');
    expect(new Map(back.data)).toEqual(data);
  });

  it('has where entries come from in a list of its own, which an earlier version leaves alone', () => {
    const origins = new Map([['monitor/web', Buffer.from('{"from":"files","set":"shop"}')]]);
    const withOrigins = encodeBackup({ madeAt: '2026-01-02T03:04:05.000Z', data, origins }, '9volt test');
    expect(decodeBackup(withOrigins)).toMatchObject({ data, origins });
    expect(JSON.parse(withOrigins)).toMatchObject({
      version: 1,
      entries: (JSON.parse(text) as { entries: [] }).entries,
    });
  });

  it('has one line per key, in order', () => {
    expect(text.split('\n').map((line) => /"key":"([^"]+)"/.exec(line)?.[1])).toEqual([
      undefined,
      'config',
      'monitor/by-hand',
      'monitor/web',
      undefined,
      undefined,
    ]);
  });

  it.each([
    ['cut off', text.slice(0, -20), /not valid JSON/],
    ['something else', '{"monitor": {}}', /not a backup/],
    ['of a later version', text.replace('"version":1', '"version":2'), /version is 2, expected 1/],
    ['without a value', text.replace('"value":', '"v":'), /entry \d: expected a key with a value/],
    ['without entries', '{"format":"9volt-backup","version":1}', /no list of entries/],
  ])('that is %s is refused', (_what, broken, message) => {
    expect(() => decodeBackup(broken)).toThrow(message);
  });
});

describe('a restore', () => {
  const stored = (value: string, modRevision = 7) => ({ value: Buffer.from(value), modRevision });

  it('into an empty cluster adds everything, its identity included', () => {
    const plan = planRestore(data, new Map());
    expect(plan.added.map(({ key, modRevision }) => [key, modRevision])).toEqual([
      ['monitor/web', 0],
      ['monitor/by-hand', 0],
      ['config', 0],
    ]);
    expect(plan.added[2]?.value.toString()).toContain('"old"');
  });

  it('distinguishes equal and different values', () => {
    const there = new Map([
      ['monitor/web', stored('{"type":"tcp"}')],
      ['monitor/by-hand', { value: Buffer.from([0xff, 0x00, 0x7b]), modRevision: 3 }],
      ['monitor/newer', stored('{}')],
    ]);
    const plan = planRestore(data, there);
    expect(plan.same).toEqual(['monitor/by-hand']);
    expect(plan.differing.map(({ key, modRevision }) => [key, modRevision])).toEqual([['monitor/web', 7]]);
    expect(plan.added.map(({ key }) => key)).toEqual(['config']);
  });

  it('keeps the identity that running nodes know', () => {
    const plan = planRestore(data, new Map([['config', stored('{"ClusterId":"new","HeartbeatInterval":"3s"}')]]));
    const config = plan.differing.find(({ key }) => key === 'config');
    expect(JSON.parse(config?.value.toString() ?? '')).toEqual({ HeartbeatInterval: '1s', ClusterId: 'new' });
    const same = planRestore(data, new Map([['config', stored('{"ClusterId":"new","HeartbeatInterval":"1s"}')]]));
    expect(same.same).toEqual(['config']);
  });
});
