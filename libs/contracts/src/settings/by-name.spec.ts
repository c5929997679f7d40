import { describe, expect, it } from '@jest/globals';
import { byName, ownOf } from './by-name.js';

const NAMES = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'valueOf', 'web'];

describe('a record by name', () => {
  it.each(NAMES)('contains %s like any other', (name) => {
    const record = byName<number>();
    expect(record[name]).toBeUndefined();
    record[name] = 1;
    expect(Object.keys(record)).toEqual([name]);
    expect(record[name]).toBe(1);
    expect(JSON.stringify(record)).toBe(`{${JSON.stringify(name)}:1}`);
    expect({ ...byName(record) }).toEqual({ ...record });
    delete record[name];
    expect(record[name]).toBeUndefined();
    expect(({} as Record<string, unknown>)['web']).toBeUndefined();
  });

  it.each(NAMES)('is made from parsed JSON, %s included', (name) => {
    const read = JSON.parse(`{${JSON.stringify(name)}: 7}`) as Record<string, number>;
    expect(byName(read)[name]).toBe(7);
    expect(ownOf(read, name)).toBe(7);
    expect(ownOf({}, name)).toBeUndefined();
  });
});
