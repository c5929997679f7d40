import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ChunkedReader } from './chunked.js';
import { type Field } from './fields.js';
import { framingOf } from './framing.js';

const framed = (fields: readonly Field[], status = 200, method = 'GET') => {
  const oddities = new Set<string>();
  return [framingOf(method, { status, fields }, oddities), ...oddities];
};
const length = (value: string): Field => ['content-length', value];
const CHUNKED: Field = ['Transfer-Encoding', 'chunked'];

describe('where a body ends', () => {
  it.each<[Field[], number, string, unknown[]]>([
    [[], 200, 'GET', [{ ends: 'with-the-connection' }]],
    [[length('6')], 200, 'GET', [{ ends: 'after', bytes: 6 }]],
    [[length('6')], 200, 'HEAD', [{ ends: 'never-begins' }]],
    [[length('6')], 204, 'GET', [{ ends: 'never-begins' }]],
    [[length('6')], 304, 'GET', [{ ends: 'never-begins' }]],
    [[length('nonsense')], 304, 'GET', [{ ends: 'never-begins' }]],
    [[], 101, 'GET', [{ ends: 'never-begins' }]],
    [[CHUNKED], 200, 'GET', [{ ends: 'chunked' }]],
    [[['transfer-encoding', 'Gzip, CHUNKED']], 200, 'GET', [{ ends: 'chunked' }]],
    [[['transfer-encoding', 'identity']], 200, 'GET', [{ ends: 'with-the-connection' }]],
    [[CHUNKED, length('3')], 200, 'GET', [{ ends: 'chunked' }, 'Content-Length in addition to chunks']],
    [[length('3'), CHUNKED], 200, 'GET', [{ ends: 'chunked' }, 'Content-Length in addition to chunks']],
    [[length('6'), length('6')], 200, 'GET', [{ ends: 'after', bytes: 6 }]],
    [[length('6'), length('3')], 200, 'GET', [{ ends: 'after', bytes: 3 }, 'several lengths']],
    [[length('6, 6')], 200, 'GET', [{ ends: 'after', bytes: 6 }, 'an odd Content-Length']],
    [[length('+6')], 200, 'GET', [{ ends: 'after', bytes: 6 }, 'an odd Content-Length']],
    [[length('6abc')], 200, 'GET', [{ ends: 'after', bytes: 6 }, 'an odd Content-Length']],
    [[length('99999999999999999999')], 200, 'GET', [{ ends: 'with-the-connection' }, 'an odd Content-Length']],
  ])('%j of status %d to %s', (fields, status, method, expected) => {
    expect(framed(fields, status, method)).toEqual(expected);
  });

  it.each(['', '-6', 'abc', '0x6'.slice(1)])('a length of %j is refused', (value) => {
    expect(() => framed([length(value)])).toThrow('Content-Length is not a number');
  });
});

/** A body in chunks, in pieces of this size. */
function unchunk(text: string, size = Infinity): { body: string; done: boolean; oddities: string[] } {
  const oddities = new Set<string>();
  const reader = new ChunkedReader(oddities);
  const bytes = Buffer.from(text, 'latin1');
  const parts: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += size) parts.push(...reader.push(bytes.subarray(at, at + size)));
  return { body: Buffer.concat(parts).toString('latin1'), done: reader.done, oddities: [...oddities] };
}

describe('a body in chunks', () => {
  const behind = 'something behind the size of a chunk';
  it.each<[string, string, boolean, string[]]>([
    ['6\r\nhello\n\r\n0\r\n\r\n', 'hello\n', true, []],
    ['3\r\nhel\r\n3\r\nlo\n\r\n0\r\n\r\nmore', 'hello\n', true, []],
    ['A\r\n0123456789\r\n0\r\n\r\n', '0123456789', true, []],
    ['6;name=value\r\nhello\n\r\n0;x\r\n\r\n', 'hello\n', true, []],
    ['0000006\r\nhello\n\r\n000\r\n\r\n', 'hello\n', true, []],
    ['6\nhello\n\n0\n\n', 'hello\n', true, []],
    ['6   \r\nhello\n\r\n0\r\n\r\n', 'hello\n', true, [behind]],
    ['6\t\r\nhello\n\r\n0 \r\n\r\n', 'hello\n', true, [behind]],
    ['6 ;x\r\nhello\n\r\n0\r\n\r\n', 'hello\n', true, [behind]],
    ['6\r\nhello\n\r\n0\r\nX: y\r\nZ: a\r\n\r\n', 'hello\n', true, []],
    ['6\r\nhello\n\r\n0\r\nX: y\r\n z\r\n\tA\r\n\r\n', 'hello\n', true, []],
    ['6\r\nhello\n\r\n', 'hello\n', false, []],
    ['6\r\nhello\n\r\n0\r\n', 'hello\n', false, []],
    ['', '', false, []],
  ])('%j is %j', (text, body, done, oddities) => {
    for (const size of [Infinity, 3, 1]) expect(unchunk(text, size)).toEqual({ body, done, oddities });
  });

  it.each([
    ['xyz\r\n', "'xyz' is not a chunk size"],
    ['\r\nhello', "'' is not a chunk size"],
    [' 6\r\n', "' 6' is not a chunk size"],
    ['-6\r\n', 'is not a chunk size'],
    ['4\r\nhello\n\r\n', 'a chunk is longer than it says'],
    [`${'0'.repeat(16)}6\r\n`, 'the size of a chunk has more than 16 digits'],
    ['0\r\nnonsense\r\n\r\n', 'a trailer has no colon'],
    ['0x6\r\nhello\n\r\n', 'a trailer has no colon'],
    [`6;${'x'.repeat(20_000)}`, 'longer than 16 KiB'],
    [`0\r\n${'A: b\r\n'.repeat(5_000)}`, 'longer than 16 KiB'],
  ])('%j is refused', (text, message) => {
    expect(() => unchunk(text)).toThrow(message);
    expect(() => unchunk(text, 5)).toThrow(message);
  });

  it('comes back as it was, in whatever chunks and pieces', () => {
    const parts = fc.array(fc.uint8Array({ minLength: 1, maxLength: 40 }), { maxLength: 8 });
    fc.assert(
      fc.property(parts, fc.integer({ min: 1, max: 20 }), (chunks, size) => {
        const text = chunks.map((each) => `${each.length.toString(16)}\r\n${Buffer.from(each).toString('latin1')}\r\n`);
        const body = Buffer.concat(chunks).toString('latin1');
        expect(unchunk(`${text.join('')}0\r\n\r\n`, size)).toEqual({ body, done: true, oddities: [] });
      }),
    );
  });
});
