import { expect, it } from '@jest/globals';
import { valueAt, withValue } from './attributes.js';
import { differences, merged } from './differences.js';

/** An attribute of its own, whatever its name: a literal would set the prototype. */
const having = (name: string, value: unknown): Record<string, unknown> => Object.fromEntries([[name, value]]);

it.each(['__proto__', 'constructor', 'toString'])(
  'an attribute called %s differs and is merged like any other',
  (name) => {
    expect(differences({}, {}, {})).toEqual([]);
    const found = differences({}, having(name, 'mine'), {});
    expect(found).toEqual([{ name, before: undefined, mine: 'mine', theirs: undefined }]);
    expect(Object.entries(merged({ type: 'http' }, found, () => true))).toEqual([
      ['type', 'http'],
      [name, 'mine'],
    ]);
    expect(valueAt({}, [name])).toBeUndefined();
    expect(valueAt(withValue({}, ['headers', name], 'x'), ['headers', name])).toBe('x');
  },
);
