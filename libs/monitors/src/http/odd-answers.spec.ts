import { describe, expect, it } from '@jest/globals';
import { againstBytes } from '../testing/index.js';

const OK = 'HTTP/1.1 200 OK\r\n';
const HELLO = 'Content-Length: 6\r\n\r\nhello\n';

describe('http: an answer that is odd', () => {
  it.each([
    ['headers of 20 KiB', `${OK}X: ${'a'.repeat(20_000)}\r\n${HELLO}`, 'headers of more than 16 KiB'],
    [
      'a length beside chunks',
      `${OK}Transfer-Encoding: chunked\r\nContent-Length: 6\r\n\r\n6\r\nhello\n\r\n0\r\n\r\n`,
      'Content-Length in addition to chunks',
    ],
    ['a folded header', `${OK}X: a\r\n b\r\n${HELLO}`, 'a header on several lines'],
    ['a control byte', `${OK}Set-Cookie: a=\x01b\r\n${HELLO}`, 'control characters in a header'],
    ['LF alone', `HTTP/1.1 200 OK\n${HELLO.replaceAll('\r', '')}`, 'lines that end in LF alone'],
    ['a space before a colon', `${OK}Server : box\r\n${HELLO}`, 'a space before the colon of a header'],
    ['a space in a name', `${OK}Foo Bar: x\r\n${HELLO}`, 'a header with an odd name'],
    [
      'padded sizes of chunks',
      `${OK}Transfer-Encoding: chunked\r\n\r\n6   \r\nhello\n\r\n0\r\n\r\n`,
      'something behind the size of a chunk',
    ],
    ['two lengths', `${OK}Content-Length: 3\r\n${HELLO}`, 'several lengths'],
    ['a status line of HTTP/2', `HTTP/2 200\r\n${HELLO}`, 'an odd status line'],
  ])('for %s is accepted, and described in one note', async (_, answer, note) => {
    const { result } = await againstBytes(answer, { expect: 'hello' });
    expect(result).toMatchObject({ status: 'ok', message: 'N/A', note: `Odd in the answer: ${note}` });
    const failed = await againstBytes(answer, { expect: 'welcome' });
    expect(failed.result).toMatchObject({
      status: 'critical',
      message: "Received response body 'hello\n' does not contain expected content 'welcome'",
      note: `Odd in the answer: ${note}`,
    });
  });

  it('in several ways has one note', async () => {
    const { result } = await againstBytes('HTTP/2 200 OK\nServer : x\n\n');
    expect(result.note).toBe(
      'Odd in the answer: lines that end in LF alone, an odd status line, a space before the colon of a header',
    );
  });
});

describe('http: an invalid answer', () => {
  const error = "Ran into error while performing 'GET' request: ";
  it.each([
    ['nothing', '', 'the target closed the connection without an answer'],
    [
      'half a head',
      'HTTP/1.1 200 OK\r\nContent-',
      'the target closed the connection after 25 bytes, in the middle of the headers of its answer',
    ],
    [
      'half a body',
      `${OK}Content-Length: 300\r\n\r\nhello\n`,
      'the target closed the connection after 6 of the 300 bytes of the body',
    ],
    [
      'no last chunk',
      `${OK}Transfer-Encoding: chunked\r\n\r\n6\r\nhello\n\r\n`,
      'the target closed the connection before the last chunk of the body',
    ],
    ['another protocol', 'SSH-2.0-OpenSSH_9\r\n', "the answer of the target is not HTTP: 'SSH-2.0-OpenSSH_9'"],
    ['a header beyond the limit', `${OK}X: ${'a'.repeat(110_000)}\r\n\r\n`, 'a header is longer than 100 KiB'],
    ['headers beyond the limit', `${OK}${`X: ${'a'.repeat(90_000)}\r\n`.repeat(4)}\r\n`, 'longer than 300 KiB'],
    ['a length that is none', `${OK}Content-Length: six\r\n\r\nhello\n`, "Content-Length is not a number: 'six'"],
  ])('with %s is reported as what it is', async (_, answer, message) => {
    const { result } = await againstBytes(answer, { 'expect-not': 'zzz' });
    expect(result).toMatchObject({ status: 'critical', message: expect.stringContaining(message) });
    expect(result.message.startsWith(error)).toBe(true);
  });

  it('is enough if the expected text came before it ended', async () => {
    const { result } = await againstBytes(`${OK}Content-Length: 300\r\n\r\nhello\n`, { expect: 'hello' });
    expect(result).toMatchObject({ status: 'ok' });
  });
});

describe('http: UTF-8 in headers', () => {
  it.each([
    ['Z\xc3\xbcrich', 'Zürich', 'ok'],
    ['Z\xfcrich', 'Zürich', 'ok'],
    ['\xe6\x9d\xb1\xe4\xba\xac', '~ ^東京$', 'ok'],
    ['Zurich', 'Zürich', 'critical'],
  ])('%j has %j: %s', async (value, wanted, status) => {
    const answer = `${OK}X-City: ${value}\r\n${HELLO}`;
    expect((await againstBytes(answer, { 'expect-headers': { 'X-City': wanted } })).result.status).toBe(status);
  });
});
