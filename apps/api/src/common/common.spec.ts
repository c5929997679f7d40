import { describe, expect, test } from '@jest/globals';
import { NotFoundException } from '@nestjs/common';
import { DomainError } from '@9volt/contracts';
import { EtcdError } from '@9volt/etcd-dal';
import { bestOf, by } from './best-of.js';
import { assertPreconditions, type Preconditions } from './etag.js';
import { mergePatch } from './merge-patch.js';
import { isOwnHost } from './own-host.js';
import { problemOf } from './problem.js';
import { sameJson } from './same-json.js';

describe('the best of many', () => {
  test('are those that sorting would put first, for any number', () => {
    let seed = 1;
    const random = (): number => (seed = (seed * 48_271) % 2_147_483_647) % 100;
    for (let size = 0; size < 60; size++) {
      const items = Array.from({ length: size }, random);
      const sorted = [...items].sort((a, b) => a - b);
      for (const count of [0, 1, 2, 7, 59, 100, Infinity]) {
        expect([size, count, bestOf(items, (a, b) => a - b, count)]).toEqual([size, count, sorted.slice(0, count)]);
      }
    }
  });

  test('those without a value come last', () => {
    expect([3, undefined, 1, null].sort(by((item) => item))).toEqual([1, 3, null, undefined]);
  });
});

/** RFC 7396, appendix A. */
test.each([
  [{ a: 'b' }, { a: 'c' }, { a: 'c' }],
  [{ a: 'b' }, { b: 'c' }, { a: 'b', b: 'c' }],
  [{ a: 'b' }, { a: null }, {}],
  [{ a: 'b', b: 'c' }, { a: null }, { b: 'c' }],
  [{ a: ['b'] }, { a: 'c' }, { a: 'c' }],
  [{ a: 'c' }, { a: ['b'] }, { a: ['b'] }],
  [{ a: { b: 'c' } }, { a: { b: 'd', c: null } }, { a: { b: 'd' } }],
  [{ a: [{ b: 'c' }] }, { a: [1] }, { a: [1] }],
  [
    ['a', 'b'],
    ['c', 'd'],
    ['c', 'd'],
  ],
  [{ a: 'b' }, ['c'], ['c']],
  [{ a: 'foo' }, null, null],
  [{ e: null }, { a: 1 }, { e: null, a: 1 }],
  [[1, 2], { a: 'b', c: null }, { a: 'b' }],
  [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
])('%j patched by %j is %j', (target, patch, expected) => {
  expect(mergePatch(target, patch)).toEqual(expected);
});

test('a merge does not reach the prototype', () => {
  const merged = mergePatch(
    {},
    JSON.parse('{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}'),
  );
  expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  expect(Object.getPrototypeOf(merged)).toBe(Object.prototype);
});

test.each([
  [{ a: 1, b: { c: 2, d: 3 } }, { b: { d: 3, c: 2 }, a: 1 }, true],
  [[1, 2], [2, 1], false],
  [{ a: undefined }, {}, true],
  [{ a: null }, {}, false],
])('%j and %j are the same: %s', (a, b, same) => {
  expect(sameJson(a, b)).toBe(same);
});

describe('preconditions', () => {
  test.each<[Preconditions, number | undefined, boolean]>([
    [{}, undefined, true],
    [{ ifMatch: '"5"' }, 5, true],
    [{ ifMatch: '"4", "5"' }, 5, true],
    [{ ifMatch: '*' }, 5, true],
    [{ ifMatch: '*' }, undefined, false],
    [{ ifMatch: '"4"' }, 5, false],
    [{ ifMatch: 'W/"5"' }, 5, false],
    [{ ifMatch: '5' }, 5, false],
    [{ ifNoneMatch: '*' }, undefined, true],
    [{ ifNoneMatch: '*' }, 5, false],
    [{ ifNoneMatch: '"5"' }, 5, false],
    [{ ifNoneMatch: '"4"' }, 5, true],
  ])('%j at revision %s hold: %s', (preconditions, revision, hold) => {
    const assert = (): void => assertPreconditions(preconditions, revision);
    if (hold) expect(assert).not.toThrow();
    else expect(assert).toThrow(expect.objectContaining({ code: 'precondition-failed' }));
  });
});

test.each([
  ['127.0.0.1:8080', true],
  ['[::1]:8080', true],
  ['localhost', true],
  ['LOCALHOST:80', true],
  ['9volt.example.com', true],
  ['evil.example.com:8080', false],
  ['localhost.evil.example.com', false],
  ['127.0.0.1.evil.example.com', false],
  ['', false],
])('the host %j is ours: %s', (host, ours) => {
  expect(isOwnHost(host, 'https://9volt.example.com/x')).toBe(ours);
});

describe('a problem', () => {
  test.each<[unknown, number]>([
    [new DomainError('conflict', 'x'), 409],
    [new EtcdError('no-space', 'x'), 503],
    [new NotFoundException('x'), 404],
    [Object.assign(new Error('x'), { statusCode: 413 }), 413],
    [Object.assign(new Error('x'), { statusCode: 200 }), 500],
    [new TypeError('secret detail'), 500],
    [null, 500],
  ])('of %s has status %i', (error, status) => {
    const problem = problemOf(error, '/x');
    expect(problem).toMatchObject({ status, instance: '/x', message: problem.detail });
    expect(problem.detail).not.toContain('secret');
  });

  test('says when it is not known whether a write was done', () => {
    expect(problemOf(new EtcdError('unavailable', 'etcd: x'), '/').detail).toContain('not known');
  });
});
