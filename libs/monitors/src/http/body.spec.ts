import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import iconv from 'iconv-lite';
import { againstBytes, type Written } from '../testing/index.js';

/** One check of a server that answers with this body, and with these headers. */
async function against(headers: string[], body: Buffer | string, more: Written) {
  const head = ['HTTP/1.1 200 OK', ...headers, '', ''].join('\r\n');
  return (await againstBytes(Buffer.concat([Buffer.from(head), Buffer.from(body)]), more)).result;
}

const type = (value: string): string => `Content-Type: ${value}`;
const ZURICH = '<h1>Zürich</h1>';

describe('http: the encoding of a text', () => {
  it.each<[string, string[], Buffer, string]>([
    ['latin1 by the header', [type('text/html; charset=ISO-8859-1')], Buffer.from(ZURICH, 'latin1'), 'Zürich'],
    ['quoted', [type('text/html; charset="iso-8859-1"; x=y')], Buffer.from(ZURICH, 'latin1'), 'Zürich'],
    ['windows-1251', [type('text/html; charset=windows-1251')], iconv.encode('Привет', 'cp1251'), 'Привет'],
    ['KOI8-R', [type('text/plain;charset=koi8-r')], iconv.encode('Привет', 'koi8-r'), 'Привет'],
    ['Shift_JIS', [type('text/html; charset=Shift_JIS')], iconv.encode('東京', 'shift_jis'), '東京'],
    ['EUC-JP', [type('text/html; charset=euc-jp')], iconv.encode('東京', 'euc-jp'), '東京'],
    ['GBK', [type('text/html; charset=gbk')], iconv.encode('北京', 'gbk'), '北京'],
    ['Big5', [type('text/html; charset=big5')], iconv.encode('台北', 'big5'), '台北'],
    ['EUC-KR', [type('text/html; charset=euc-kr')], iconv.encode('서울', 'euc-kr'), '서울'],
    [
      'IBM850, which browsers do not know',
      [type('text/plain; charset=cp850')],
      iconv.encode(ZURICH, 'cp850'),
      'Zürich',
    ],
    ['UTF-16 by the header', [type('text/html; charset=utf-16le')], Buffer.from(ZURICH, 'utf16le'), 'Zürich'],
    ['ASCII in UTF-16', [type('text/html; charset=utf-16le')], Buffer.from('welcome', 'utf16le'), 'welcome'],
    ['UTF-16 by its mark', [], iconv.encode(ZURICH, 'utf-16le', { addBOM: true }), 'Zürich'],
    ['UTF-32BE by its mark', [], iconv.encode(ZURICH, 'utf-32be', { addBOM: true }), 'Zürich'],
    ['UTF-32LE by its mark', [], iconv.encode(ZURICH, 'utf-32le', { addBOM: true }), 'Zürich'],
    [
      'UTF-16 of a page that nobody tells',
      [type('text/html')],
      iconv.encode(ZURICH, 'utf-16le', { addBOM: false }),
      'Zürich',
    ],
    ['UTF-16BE of a page that nobody tells', [], iconv.encode(ZURICH, 'utf-16be', { addBOM: false }), 'Zürich'],
    [
      'XML in UTF-16 without its mark',
      [type('application/xml')],
      iconv.encode('<?xml version="1.0" encoding="utf-16"?><a>Zürich</a>', 'utf-16be', { addBOM: false }),
      'Zürich',
    ],
    ['UTF-16BE by its mark', [], iconv.encode(ZURICH, 'utf-16be', { addBOM: true }), 'Zürich'],
    [
      'UTF-8 by its mark, whatever the header says',
      [type('text/html; charset=latin1')],
      Buffer.from(`\ufeff${ZURICH}`),
      'Zürich',
    ],
    ['meta', [type('text/html')], Buffer.from(`<meta charset="latin1">${ZURICH}`, 'latin1'), 'Zürich'],
    [
      'meta of old',
      [type('text/html')],
      iconv.encode('<meta http-equiv=Content-Type content="text/html; charset=windows-1251">Привет', 'cp1251'),
      'Привет',
    ],
    [
      'XML',
      [type('application/xml')],
      iconv.encode('<?xml version="1.0" encoding="koi8-r"?><a>Привет</a>', 'koi8-r'),
      'Привет',
    ],
    ['latin1 that nobody tells', [type('text/html')], Buffer.from(ZURICH, 'latin1'), 'Zürich'],
    ['UTF-8 that nobody tells', [], Buffer.from(ZURICH), 'Zürich'],
    ['UTF-8 that calls itself latin1', [type('text/html; charset=iso-8859-1')], Buffer.from(ZURICH), 'Zürich'],
    ['a name that nobody knows', [type('text/html; charset=utf8mb4')], Buffer.from(ZURICH), 'Zürich'],
    [
      'far behind the beginning',
      [type('text/html; charset=latin1')],
      Buffer.from(' '.repeat(200_000) + ZURICH, 'latin1'),
      'Zürich',
    ],
  ])('%s is read', async (_, headers, body, text) => {
    expect(await against(headers, body, { expect: text })).toMatchObject({ status: 'ok', message: 'N/A' });
    expect(await against(headers, body, { 'expect-not': text })).toMatchObject({ status: 'critical' });
    expect(await against(headers, body, { expect: 'absent' })).toMatchObject({ status: 'critical' });
    expect(await against(headers, body, { 'expect-not': 'absent' })).toMatchObject({ status: 'ok' });
    if (body.length < 60_000)
      expect(await against(headers, body, { 'expect-regex': text })).toMatchObject({ status: 'ok' });
  });

  it('is shown in its real charset', async () => {
    const body = Buffer.from(ZURICH, 'latin1');
    const result = await against([type('text/html; charset=latin1')], body, { expect: 'Genève' });
    expect(result.message).toBe("Received response body '<h1>Zürich</h1>' does not contain expected content 'Genève'");
  });

  it.each<[string[], Buffer | string]>([
    [[type('text/html; charset=x-unheard-of')], Buffer.from('Z\xfcrich', 'latin1')],
    [['Content-Encoding: unheard-of'], 'who knows'],
    [['Content-Encoding: constructor'], 'who knows'],
    [['Content-Encoding: __proto__'], 'who knows'],
    [['Content-Encoding: gzip, unheard-of'], 'who knows'],
    [['Content-Encoding: unheard-of, gzip'], gzipSync('who knows')],
    [['Transfer-Encoding: unheard-of'], 'who knows'],
  ])('in an unknown charset (%j) is no proof that a text is absent', async (headers, body) => {
    for (const more of [
      { 'expect-not': 'Fehler' },
      { expect: 'Fehler' },
      { 'expect-regex': 'Fehler' },
      { 'expect-json': { $: '1' } },
    ]) {
      const result = await against(headers, body, more);
      expect(result).toMatchObject({
        status: 'critical',
        message: expect.stringMatching(/cannot be read: the (charset|content encoding) '/),
      });
    }
  });
});

describe('http: how a body is encoded', () => {
  const hello = Buffer.from('hello\n');
  const chunk = (body: Buffer): Buffer =>
    Buffer.concat([Buffer.from(`${body.length.toString(16)}\r\n`), body, Buffer.from('\r\n0\r\n\r\n')]);
  it.each<[string[], Buffer]>([
    [['Content-Encoding: gzip'], gzipSync(hello)],
    [['Content-Encoding: GZIP'], gzipSync(hello)],
    [['Content-Encoding: x-gzip'], gzipSync(hello)],
    [['Content-Encoding: gzip, identity'], gzipSync(hello)],
    [['Content-Encoding: identity, gzip'], gzipSync(hello)],
    [['Content-Encoding: gzip, gzip'], gzipSync(gzipSync(hello))],
    [['Content-Encoding: gzip', 'Content-Encoding: br'], brotliCompressSync(gzipSync(hello))],
    [['Content-Encoding: deflate, gzip, br'], brotliCompressSync(gzipSync(deflateSync(hello)))],
    [['Content-Encoding: deflate'], deflateSync(hello)],
    [['Content-Encoding: deflate'], deflateRawSync(hello)],
    [['Content-Encoding: gzip, deflate'], deflateRawSync(gzipSync(hello))],
    [['Content-Encoding: gzip'], Buffer.concat([gzipSync('hel'), gzipSync('lo\n')])],
    [['Content-Encoding: gzip'], deflateSync(hello)],
    [['Content-Encoding: deflate'], gzipSync(hello)],
    [['Content-Encoding: gzip;q=1.0'], gzipSync(hello)],
    [['Content-Encoding: "gzip"'], gzipSync(hello)],
    [['Content-Encoding: x-deflate'], deflateSync(hello)],
    [['Content-Encoding: gzip'], Buffer.concat([gzipSync(hello), Buffer.alloc(512)])],
    [['Content-Encoding: gzip'], Buffer.concat([gzipSync(hello), Buffer.from('\r\n')])],
    [['Content-Encoding: gzip'], Buffer.concat([gzipSync(hello), Buffer.from('<!-- done -->')])],
    [['Content-Encoding: gzip'], Buffer.concat([gzipSync(hello), Buffer.from([0x1f, 0x8b, 1, 2, 3])])],
    [['Content-Encoding: gzip'], Buffer.concat([gzipSync('hel'), gzipSync('lo\n'), Buffer.from('\n')])],
    [['Content-Encoding: gzip'], gzipSync(hello).subarray(0, -6)],
    [['Content-Encoding: utf-8'], hello],
    [['Content-Encoding: none'], hello],
    [['Content-Encoding:'], hello],
    [['Transfer-Encoding: gzip'], gzipSync(hello)],
    [['Transfer-Encoding: gzip, chunked'], chunk(gzipSync(hello))],
    [['Transfer-Encoding: gzip', 'Transfer-Encoding: chunked'], chunk(gzipSync(hello))],
    [['Transfer-Encoding: identity, chunked'], chunk(hello)],
    [['Transfer-Encoding: deflate, chunked', 'Content-Encoding: gzip'], chunk(deflateSync(gzipSync(hello)))],
  ])('%j is decoded', async (headers, body) => {
    expect(await against(headers, body, { expect: 'hello' })).toMatchObject({ status: 'ok', message: 'N/A' });
    expect(await against(headers, body, { 'expect-not': 'hello' })).toMatchObject({ status: 'critical' });
    expect(await against(headers, body, { 'expect-not': 'absent' })).toMatchObject({ status: 'ok' });
  });

  it.each<[string[], Buffer, string]>([
    [['Content-Encoding: gzip'], hello, 'cannot decompress the response: incorrect header check'],
    [['Content-Encoding: deflate'], hello, 'cannot decompress the response: '],
    [['Content-Encoding: gzip, gzip'], gzipSync(hello), 'cannot decompress the response: incorrect header check'],
    [[`Content-Encoding: ${'gzip, '.repeat(6)}`], hello, 'the response has more than 5 content encodings'],
    [['Content-Encoding: gzip', 'Content-Length: 300'], gzipSync(hello), 'after 26 of the 300 bytes of the body'],
    [['Content-Encoding: gzip, gzip'], gzipSync(gzipSync(Buffer.alloc(64 * 1_048_576)).subarray(0, 65_000)), ''],
  ])('%j of something else is reported', async (headers, body, message) => {
    const result = await against(headers, body, { 'expect-not': 'absent' });
    if (message === '') return expect(result.status).toBe('ok');
    expect(result).toMatchObject({ status: 'critical', message: expect.stringContaining(message) });
  });
});

it.each([1, 2, 3, 9])('a gzip body that ends after %d bytes is empty, as for curl', async (bytes) => {
  const result = await against(['Content-Encoding: gzip'], gzipSync('hello').subarray(0, bytes), { 'expect-not': 'x' });
  expect(result).toMatchObject({ status: 'ok' });
});

it('an empty body is fine in any encoding', async () => {
  expect(await against(['Content-Encoding: unheard-of'], '', { 'expect-not': 'x' })).toMatchObject({ status: 'ok' });
});

describe('http: numbers of JSON', () => {
  const document =
    '{"version":1.0,"limit":1e2,"id":12345678901234567890,"n":-0.50,"s":"1.0","big":1e400,"list":[1.10,{"a":2}]}';
  it.each([
    ['$.version', '1.0', 'ok'],
    ['$.version', '1', 'ok'],
    ['$.version', '1.00', 'ok'],
    ['$.version', '1.01', 'critical'],
    ['$.version', '!= 1', 'critical'],
    ['$.version', '~ ^1\\.0$', 'ok'],
    ['$.limit', '= 1e2', 'ok'],
    ['$.limit', '100', 'ok'],
    ['$.limit', '100.0', 'ok'],
    ['$.limit', '< 100', 'critical'],
    ['$.limit', '<= 1E+2', 'ok'],
    ['$.id', '12345678901234567890', 'ok'],
    ['$.id', '12345678901234567891', 'critical'],
    ['$.id', '> 12345678901234567889', 'ok'],
    ['$.id', '>= 12345678901234567891', 'critical'],
    ['$.n', '-.5', 'ok'],
    ['$.n', '= -5e-1', 'ok'],
    ['$.n', '< 0', 'ok'],
    ['$.s', '1.0', 'ok'],
    ['$.s', '1', 'critical'],
    ['$.s', '>= 1', 'ok'],
    ['$.big', '> 1e399', 'ok'],
    ['$.list[0]', '1.1', 'ok'],
    ['$.list[1].a', '2', 'ok'],
    ['$.list[1]', '{"a":2}', 'ok'],
  ])('%s %s is %s', async (path, expected, status) => {
    const result = await against([type('application/json')], document, { 'expect-json': { [path]: expected } });
    expect(result.status).toBe(status);
  });

  it.each<[string, Buffer]>([
    ['with a mark of UTF-8', Buffer.from('\ufeff{"a":"ü"}')],
    ['in UTF-16', iconv.encode('{"a":"ü"}', 'utf-16le', { addBOM: true })],
    ['in UTF-16 with the mark of the other end', iconv.encode('{"a":"ü"}', 'utf-16be', { addBOM: true })],
    ['with strings that look like numbers', Buffer.from('{"b":"\\"1","c":"2\\\\","a":"ü"}')],
  ])('%s are read', async (_, body) => {
    expect(
      await against([type('application/json; charset=utf-8')], body, { 'expect-json': { '$.a': 'ü' } }),
    ).toMatchObject({
      status: 'ok',
    });
  });
});
