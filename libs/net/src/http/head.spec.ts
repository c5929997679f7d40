import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { valueOf } from './fields.js';
import { HeadReader, MAX_HEAD_BYTES, MAX_LINE_BYTES } from './head.js';

const REST = 'the body';

/** The result for headers that come in pieces of this size. */
function read(text: string, size = Infinity): HeadReader {
  const bytes = Buffer.from(text, 'latin1');
  const reader = new HeadReader();
  for (let at = 0; at < bytes.length; at += size) {
    if (!reader.push(bytes.subarray(at, at + size))) continue;
    const behind = bytes.subarray(Math.min(bytes.length, at + size));
    reader.rest = Buffer.concat([reader.rest, behind]);
    break;
  }
  return reader;
}

const OK = 'HTTP/1.1 200 OK\r\n';

describe('the head of a response', () => {
  it.each<[string, string, number, Record<string, string | undefined>, string[]]>([
    ['plain', `${OK}A: b\r\nC:d \r\n\r\n`, 200, { a: 'b', C: 'd' }, []],
    ['without headers', `${OK}\r\n`, 200, {}, []],
    ['of HTTP/1.0', 'HTTP/1.0 404 Not Found\r\n\r\n', 404, {}, []],
    ['without a reason', 'HTTP/1.1 204\r\n\r\n', 204, {}, []],
    ['with an empty reason', 'HTTP/1.1 204 \r\n\r\n', 204, {}, []],
    ['with an empty header', `${OK}A:\r\n\r\n`, 200, { a: '' }, []],
    [
      'behind interim responses',
      `HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 X\r\nA: no\r\n\r\n${OK}A: b\r\n\r\n`,
      200,
      { a: 'b' },
      [],
    ],
    ['that switches protocols', 'HTTP/1.1 101 Switching Protocols\r\n\r\n', 101, {}, []],
    ['with UTF-8', `${OK}X-City: Z\xc3\xbcrich\r\n\r\n`, 200, { 'x-city': 'Zürich' }, []],
    ['with ISO 8859-1', `${OK}X-City: Z\xfcrich\r\n\r\n`, 200, { 'x-city': 'Zürich' }, []],
    ['of several values', `${OK}Via: a\r\nvia: b\r\n\r\n`, 200, { via: 'a, b' }, []],
    ['of two places to go', `${OK}Location: /a\r\nLocation: /b\r\n\r\n`, 200, { location: '/a' }, []],
    ['with LF alone', 'HTTP/1.1 200 OK\nA: b\n\n', 200, { a: 'b' }, ['lines that end in LF alone']],
    [
      'of a program that writes CRLF through a stream that adds CR',
      'HTTP/1.1 200 OK\r\r\nA: b\r\r\n\r\r\n',
      200,
      { a: 'b' },
      ['lines that end in several CR'],
    ],
    ['with LF in one line', `${OK}A: b\n\r\n`, 200, { a: 'b' }, ['lines that end in LF alone']],
    [
      'with a space before a colon',
      `${OK}Server : box\r\n\r\n`,
      200,
      { server: 'box' },
      ['a space before the colon of a header'],
    ],
    [
      'with a tab before a colon',
      `${OK}Server\t: box\r\n\r\n`,
      200,
      { server: 'box' },
      ['a space before the colon of a header'],
    ],
    ['with a space in a name', `${OK}Foo Bar: x\r\n\r\n`, 200, { 'foo bar': 'x' }, ['a header with an odd name']],
    ['with an empty name', `${OK}: x\r\n\r\n`, 200, { '': 'x' }, ['a header with an odd name']],
    ['with odd signs in a name', `${OK}A(1)[x]: x\r\n\r\n`, 200, { 'a(1)[x]': 'x' }, ['a header with an odd name']],
    ['with UTF-8 in a name', `${OK}Gr\xc3\xb6\xc3\x9fe: 1\r\n\r\n`, 200, { Größe: '1' }, ['a header with an odd name']],
    ['with a control byte', `${OK}A: a\x01b\r\n\r\n`, 200, { a: 'a\x01b' }, ['control characters in a header']],
    ['with DEL', `${OK}A: a\x7fb\r\n\r\n`, 200, { a: 'a\x7fb' }, ['control characters in a header']],
    ['with a CR of its own', `${OK}A: a\rb\r\n\r\n`, 200, { a: 'a\rb' }, ['control characters in a header']],
    ['folded', `${OK}A: a\r\n b\r\n\tc\r\n\r\n`, 200, { a: 'a b c' }, ['a header on several lines']],
    [
      'folded after nothing',
      `${OK}Content-Length:\r\n 6\r\n\r\n`,
      200,
      { 'content-length': '6' },
      ['a header on several lines'],
    ],
    ['of a version that does not write it so', 'HTTP/2 200 OK\r\n\r\n', 200, {}, ['an odd status line']],
    ['in small letters', 'http/1.1 200 ok\r\n\r\n', 200, {}, ['an odd status line']],
    ['with two spaces', 'HTTP/1.1  200 OK\r\n\r\n', 200, {}, ['an odd status line']],
    ['with no space behind the status', 'HTTP/1.1 200OK\r\n\r\n', 200, {}, ['an odd status line']],
    ['with control bytes in the reason', 'HTTP/1.1 200 a\x01\r\n\r\n', 200, {}, ['an odd status line']],
    ['of a status that nobody knows', 'HTTP/1.1 999 What\r\n\r\n', 999, {}, []],
    [
      'that is large',
      `${OK}A: ${'a'.repeat(20_000)}\r\n\r\n`,
      200,
      { a: 'a'.repeat(20_000) },
      ['headers of more than 16 KiB'],
    ],
    [
      'of many headers',
      `${OK}${'A: a\r\n'.repeat(3_000)}B: b\r\n\r\n`,
      200,
      { b: 'b' },
      ['headers of more than 16 KiB'],
    ],
  ])('%s is taken', (_, text, status, headers, oddities) => {
    const reader = read(text + REST);
    expect(reader.head?.status).toBe(status);
    for (const [name, value] of Object.entries(headers)) expect(valueOf(reader.head?.fields ?? [], name)).toBe(value);
    expect([...reader.oddities]).toEqual(oddities);
    expect(reader.rest.toString()).toBe(REST);
  });

  it.each<[string, string, string, number | undefined]>([
    ['another protocol', 'SSH-2.0-OpenSSH\r\n', "is not HTTP: 'SSH-2.0", undefined],
    ['another protocol, without a line', '220', "is not HTTP: '220'", undefined],
    ['a page without a head', '<html>', "is not HTTP: '<html>'", undefined],
    ['a leading empty line', `\r\n${OK}\r\n`, 'is not HTTP', undefined],
    ['a leading space', ` ${OK}\r\n`, 'is not HTTP', undefined],
    ['a version that is not known', 'HTTP/1.2 200 OK\r\n\r\n', 'is not HTTP', undefined],
    ['a later version', 'HTTP/3 200 OK\r\n\r\n', 'is not HTTP', undefined],
    ['a status of two digits', 'HTTP/1.1 20 OK\r\n\r\n', 'is not HTTP', undefined],
    ['a status of four digits', 'HTTP/1.1 2000 OK\r\n\r\n', 'is not HTTP', undefined],
    ['a status below 100', 'HTTP/1.1 099 OK\r\n\r\n', 'is not HTTP', undefined],
    ['escape sequences', 'HTTP/9\x1b[31m\r\n', "is not HTTP: 'HTTP/9?", undefined],
    ['a header without a colon', `${OK}nonsense\r\n\r\n`, "a header has no colon: 'nonsense'", 200],
    ['a NUL byte', `${OK}A: a\0b\r\n\r\n`, 'a header contains a NUL byte', 200],
    ['a first header that begins with a space', `${OK} A: b\r\n\r\n`, 'the first header begins with a space', 200],
    [
      'a header beyond the limit',
      `${OK}A: ${'a'.repeat(MAX_LINE_BYTES)}\r\n\r\n`,
      'a header is longer than 100 KiB',
      200,
    ],
    [
      'headers beyond the limit',
      `${OK}${`A: ${'a'.repeat(50_000)}\r\n`.repeat(7)}\r\n`,
      'the headers are longer than 300 KiB',
      200,
    ],
    [
      'endless interim responses',
      'HTTP/1.1 100 C\r\n\r\n'.repeat(20_000),
      'the headers are longer than 300 KiB',
      undefined,
    ],
  ])('with %s is refused, with the reason', (_, text, message, status) => {
    for (const size of [Infinity, 1_000, 7]) {
      let failure: unknown;
      try {
        read(text, size);
      } catch (error) {
        failure = error;
      }
      expect(failure).toMatchObject({ name: 'BrokenAnswer', message: expect.stringContaining(message) });
      if (status !== undefined) expect(failure).toMatchObject({ status });
    }
  });

  it.each([
    ['', 'the target closed the connection without an answer', undefined],
    ['HTTP/1.', 'after 7 bytes, in the middle of the head', undefined],
    ['HTTP/1.1 200 OK\r\nContent-', 'after 25 bytes, in the middle of the head', 200],
  ])('that ends with %j is reported as such', (text, message, status) => {
    const reader = read(text);
    expect(reader.head).toBeUndefined();
    expect(reader.cutShort()).toMatchObject({ message: expect.stringContaining(message), status });
  });

  it('is the same in whatever pieces it comes', () => {
    const line = fc.oneof(
      fc.constantFrom(
        'A: b',
        'Server : x',
        'Foo Bar: y',
        ' folded',
        ': z',
        'X: \x01',
        'nonsense',
        'Y: \xff',
        'Z: \xc3\xbc',
      ),
      fc.string({ maxLength: 20 }),
    );
    const text = fc
      .tuple(
        fc.constantFrom(OK, 'HTTP/2 200\n', 'HTTP/1.1 100 C\r\n\r\nHTTP/1.0 404 X\r\n'),
        fc.array(line),
        fc.constantFrom('\r\n', '\n'),
      )
      .map(([status, lines, end]) => `${status}${lines.map((each) => each + end).join('')}${end}${REST}`);
    const outcome = (source: string, size: number): unknown => {
      try {
        const { head, oddities, rest } = read(source, size);
        return { head, oddities: [...oddities], rest: rest.toString('latin1') };
      } catch (error) {
        return String(error);
      }
    };
    fc.assert(
      fc.property(text, fc.integer({ min: 1, max: 40 }), (source, size) => {
        expect(outcome(source, size)).toEqual(outcome(source, Infinity));
      }),
    );
  });

  it('never keeps more than its limits, whatever comes', () => {
    const reader = new HeadReader();
    const piece = Buffer.from('x'.repeat(1_000));
    reader.push(Buffer.from(`${OK}A: `));
    expect(() => {
      for (;;) reader.push(piece);
    }).toThrow('longer than');
    expect(reader.bytes).toBeLessThanOrEqual(MAX_HEAD_BYTES);
  });
});
