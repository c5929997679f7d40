import { Readable } from 'node:stream';
import { describe, expect, test } from '@jest/globals';
import { NotFoundException } from '@nestjs/common';
import { DomainError } from '@9volt/contracts';
import { EtcdError } from '@9volt/etcd-dal';
import { bestOf, by } from './best-of.js';
import { ByteBudget } from './byte-budget.js';
import { assertPreconditions, type Preconditions } from './etag.js';
import { assertShape } from './json-shape.js';
import { readListQuery } from './list-query.js';
import { mergePatch } from './merge-patch.js';
import { shownPath } from './problem-writer.js';
import { problemOf } from './problem.js';
import { readBytes } from './read-bytes.js';
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

  test('says when it is not known whether a write happened', () => {
    expect(problemOf(new EtcdError('unavailable', 'etcd: x'), '/').detail).toContain('may or may not be stored');
  });
});

describe('a body', () => {
  const read = (pieces: Buffer[], limit: number, budget = new ByteBudget(1_000_000)) =>
    readBytes(Readable.from(pieces, { objectMode: false }), limit, budget.share());

  test.each([
    [[''], 10, '', 'whole'],
    [['abc', 'de'], 5, 'abcde', 'whole'],
    [['abc', 'def'], 5, 'abcde', 'too-long'],
    [['abcdef'], 5, 'abcde', 'too-long'],
    [Array.from({ length: 2_000 }, () => 'x'), 20_000, 'x'.repeat(2_000), 'whole'],
    [Array.from({ length: 9_000 }, () => 'x'), 20_000, 'x'.repeat(2_001), 'in-crumbs'],
    [Array.from({ length: 9_000 }, () => 'x'.repeat(16)), 200_000, 'x'.repeat(144_000), 'whole'],
  ])('of some pieces is read up to %#', async (pieces, limit, text, end) => {
    const found = await read(
      pieces.map((piece) => Buffer.from(piece)),
      limit,
    );
    expect([found.bytes.toString(), found.end]).toEqual([text, end]);
  });

  test('is read as far as there is room for all bodies together', async () => {
    const budget = new ByteBudget(6_000);
    const first = budget.share();
    expect([first.take(4_000), first.take(4_000), budget.taken]).toEqual([true, false, 4_000]);
    expect((await read([Buffer.alloc(3_000)], 10_000, budget)).end).toBe('no-room');
    first.release();
    expect((await read([Buffer.alloc(3_000)], 10_000, budget)).end).toBe('whole');
  });

  const deep = (depth: number): Buffer => Buffer.from(`${'{"a":['.repeat(depth / 2)}${']}'.repeat(depth / 2)}`);
  test.each<[string, Buffer, boolean]>([
    ['32 deep', deep(32), true],
    ['34 deep', deep(34), false],
    ['deep without an end', Buffer.from('['.repeat(1_000_000)), false],
    ['brackets in a text', Buffer.from(JSON.stringify({ a: `"\\${'['.repeat(100)}` })), true],
    ['100,000 values', Buffer.from(JSON.stringify(Array.from({ length: 100_000 }, () => 1))), true],
    ['100,001 values', Buffer.from(JSON.stringify(Array.from({ length: 100_001 }, () => 1))), false],
    ['nothing', Buffer.alloc(0), true],
  ])('of JSON that is %s is accepted: %#', (_what, json, taken) => {
    if (taken) expect(() => assertShape(json)).not.toThrow();
    else expect(() => assertShape(json)).toThrow(DomainError);
  });
});

describe('a list', () => {
  let compared = 0;
  const rules = {
    filters: ['q'],
    sorts: { name: by((item: { name: string }) => (compared++, item.name)) },
    fallback: () => 0,
  };

  test('is sorted by each key once, however often it is named', () => {
    const sort = Array.from({ length: 2_000 }, (_, n) => (n % 2 ? 'name' : '-name'));
    const { compare } = readListQuery({ sort }, rules);
    compared = 0;
    expect(compare({ name: 'a' }, { name: 'b' })).toBeGreaterThan(0);
    compare({ name: 'a' }, { name: 'a' });
    expect(compared).toBe(4);
  });

  test('with thousands of wrong parameters is refused with a short answer', () => {
    const sort = Array.from({ length: 5_000 }, (_, n) => `x${n}`).join(',');
    const fields = (): number => {
      try {
        readListQuery({ sort }, rules);
      } catch (error) {
        expect((error as DomainError).message.length).toBeLessThan(1_000);
        return (error as DomainError).fields.length;
      }
      return 0;
    };
    expect(fields()).toBe(100);
  });
});

test.each([
  ['/api/v1/push/secret', '/api/v1/push/********'],
  ['/api/v1/push/secret/', '/api/v1/push/********'],
  ['/%61pi/v1/pus%68/secret?x=1', '/api/v1/push/********'],
  ['/api/v1/push/%73ecret', '/api/v1/push/********'],
  ['/api/v1/monitor/a%2Fb', '/api/v1/monitor/a%2Fb'],
  ['/api/v1/monitor/%zz', '/api/v1/monitor/%zz'],
])('%s is shown as %s', (url, path) => expect(shownPath(url)).toBe(path));
