import { describe, expect, it } from '@jest/globals';
import { parseJsonPath, valueAt } from './json-path.js';

const document = {
  status: 'ok',
  a: [{ b: 1 }, { b: null }],
  'load average': [0.5],
  "it's": { 'a]b': true },
  ünïcode: 1,
  '😀': 2,
  'a\nb': 3,
  'a\\b': 4,
  'a/b': 5,
  __proto__x: 0,
};

describe('a JSON path', () => {
  it.each<[string, unknown]>([
    ['$', document],
    ['$.status', 'ok'],
    ['$.a[0].b', 1],
    ['$.a[-1].b', null],
    ['$.a[2].b', undefined],
    ["$['load average'][0]", 0.5],
    ['$["load average"][ 0 ]', 0.5],
    ["$['it\\'s']['a]b']", true],
    ['$.ünïcode', 1],
    ["$['\\u00fcn\\u00efcode']", 1],
    ['$.😀', 2],
    ['$["\\uD83D\\ude00"]', 2],
    ["$['a\\nb']", 3],
    ["$['a\\\\b']", 4],
    ["$['a\\/b']", 5],
    ['$ .a\n[0] .b', 1],
    ["$['a'] [ -2 ]['b']", 1],
    ['$.status.length', undefined],
    ['$.a.length', undefined],
    ['$.a.b', undefined],
    ['$.constructor', undefined],
    ['$.__proto__', undefined],
    ['$[0]', undefined],
  ])('%s leads to %j', (path, value) => {
    expect(valueAt(document, parseJsonPath(path) ?? [])).toEqual(value);
  });

  it.each([
    '',
    'status',
    '.status',
    '$status',
    '$.',
    '$..a',
    '$.a[*]',
    '$.a[0',
    '$.a[1:2]',
    '$[?@.b]',
    '$.a b',
    '$. a',
    '$.a ',
    ' $.a',
    '$.1a',
    "$['a",
  ])('%j is none', (path) => {
    expect(parseJsonPath(path)).toBeUndefined();
  });
});
