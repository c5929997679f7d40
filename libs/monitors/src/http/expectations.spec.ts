import type { ServerResponse } from 'node:http';
import { describe, expect, it } from '@jest/globals';
import { makeAuthority } from '@9volt/testing';
import { runProbe, startHttpTarget, type Written } from '../testing/index.js';

/** One check of a server with this body and headers. */
async function against(body: string | Buffer, more: Written, headers: Record<string, string> = {}, delayMs = 0) {
  const answer = (_: unknown, response: ServerResponse): void =>
    void setTimeout(() => response.writeHead(200, headers).end(body), delayMs);
  const target = await startHttpTarget({ answer });
  try {
    return await runProbe({ type: 'http', host: target.host, port: target.port, ...more });
  } finally {
    await target.close();
  }
}

describe('http: what is expected of the body', () => {
  it.each<[string, Written, string | undefined]>([
    ['version 2.31', { 'expect-regex': 'version \\d+\\.\\d+$' }, undefined],
    [
      'version two',
      { 'expect-regex': 'version \\d+' },
      "Received response body 'version two' does not match expected regex 'version \\d+'",
    ],
    ['all is well', { 'expect-not': 'Error' }, undefined],
    [
      'Internal Error 7',
      { 'expect-not': 'Error' },
      "Received response body 'Internal Error 7' contains unexpected content 'Error'",
    ],
    [
      'welcome, Error',
      { expect: 'welcome', 'expect-not': 'Error' },
      "Received response body 'welcome, Error' contains unexpected content 'Error'",
    ],
    [
      'hello',
      { expect: 'welcome', 'expect-not': 'Error' },
      "Received response body 'hello' does not contain expected content 'welcome'",
    ],
    [
      '{"status":"ok","queues":[{"length":7}]}',
      { 'expect-json': { '$.status': 'ok', '$.queues[0].length': '< 10' } },
      undefined,
    ],
    [
      '{"status":"down"}',
      { 'expect-json': { '$.status': 'ok' } },
      "Received response body has 'down' at $.status, expected = ok",
    ],
    [
      '{"status":"ok","queues":[]}',
      { 'expect-json': { '$.status': 'ok', '$.queues[0]': '< 10' } },
      'Received response body has nothing at $.queues[0], expected < 10',
    ],
    [
      '{"version":"1.9"}',
      { 'expect-json': { '$.version': '~ ^2\\.' } },
      "Received response body has '1.9' at $.version, expected ~ ^2\\.",
    ],
    ['[1,2', { 'expect-json': { $: 'x' } }, "Received response body '[1,2' is not JSON"],
    ['', { 'expect-json': { $: 'x' } }, "Received response body '' is not JSON"],
  ])('%j with %j', async (body, more, message) => {
    const result = await against(body, more);
    if (message === undefined) expect(result).toMatchObject({ status: 'ok', message: 'N/A' });
    else
      expect(result).toMatchObject({
        status: 'critical',
        message,
        expected: expect.any(String),
        found: expect.any(String),
      });
  });

  it('reads what it needs, and no more', async () => {
    const long = `${'x'.repeat(70_000)}needle`;
    expect(await against(long, { 'expect-regex': 'needle' })).toMatchObject({ status: 'critical' });
    expect(await against(long, { 'expect-not': 'needle' })).toMatchObject({ status: 'critical' });
    const endless = `{"a":"${'x'.repeat(1_048_576)}"}`;
    const result = await against(endless, { 'expect-json': { '$.b': '1' } });
    expect(result).toMatchObject({
      message: expect.stringMatching(/^Received response body '.*' is longer than 1 MiB$/),
    });
    expect(await against(`needle${'x'.repeat(2_000_000)}`, { expect: 'needle' })).toMatchObject({ status: 'ok' });
  });

  it('judges a regular expression in linear time', async () => {
    const startedAt = performance.now();
    await against('a'.repeat(60_000), { 'expect-regex': '(a|a)*(a+)+$b', timeout: '10s' });
    expect(performance.now() - startedAt).toBeLessThan(5_000);
  });
});

describe('http: what is expected of the headers', () => {
  const headers = { 'Content-Type': 'text/html; charset=utf-8', 'Strict-Transport-Security': 'max-age=300' };

  it.each<[Record<string, string>, string | undefined]>([
    [{ 'content-type': 'text/html' }, undefined],
    [{ 'Content-Type': '~ ^text/(html|plain)\\b', 'strict-transport-security': 'max-age' }, undefined],
    [
      { 'Content-Type': 'json' },
      "Received response header 'Content-Type' ('text/html; charset=utf-8') does not contain expected content 'json'",
    ],
    [
      { 'Strict-Transport-Security': '~ max-age=\\d{7,}' },
      "Received response header 'Strict-Transport-Security' ('max-age=300') does not match expected regex 'max-age=\\d{7,}'",
    ],
    [
      { 'X-Frame-Options': 'DENY' },
      "Received response header 'X-Frame-Options' (no such header) does not contain expected content 'DENY'",
    ],
    [{ 'X-Frame-Options': '' }, expect.stringContaining('no such header') as never],
  ])('%j', async (expected, message) => {
    const result = await against('', { 'expect-headers': expected }, headers);
    expect(result).toMatchObject(message === undefined ? { status: 'ok' } : { status: 'critical', message });
  });
});

describe('http: several status codes', () => {
  it.each([
    ['200-299,404', 'ok', undefined],
    ['201-299', 'critical', "Received status code '404' does not match expected status code '201-299'"],
  ])('%s', async (codes, status, message) => {
    const target = await startHttpTarget({ answer: (_, response) => void response.writeHead(404).end() });
    const result = await runProbe({ type: 'http', host: target.host, port: target.port, 'status-codes': codes });
    await target.close();
    expect(result).toMatchObject({ status, ...(message === undefined ? {} : { message }) });
  });
});

describe('http: the limits of time', () => {
  it.each([
    [{ 'warning-latency': '2s', 'critical-latency': '3s' }, 'ok', /^N\/A$/],
    [{ 'warning-latency': '50ms', 'critical-latency': '3s' }, 'warning', /^The request took \d+ms, longer than 50ms$/],
    [
      { 'warning-latency': '20ms', 'critical-latency': '50ms' },
      'critical',
      /^The request took \d+ms, longer than 50ms$/,
    ],
    [{ 'warning-latency': '1ms', expect: 'other' }, 'critical', /does not contain expected content/],
  ])('%j', async (more, status, message) => {
    const result = await against('ok', { ...more, timeout: '10s' }, {}, 100);
    expect(result).toMatchObject({ status, message: expect.stringMatching(message) });
  });
});

describe('http: the expiry of the certificate', () => {
  const authority = makeAuthority();
  const tls = authority.issue({ days: 10 });

  it.each([
    [{}, 'ok', /^N\/A$/],
    [{ 'tls-expiry-warning': 5 }, 'ok', /^N\/A$/],
    [
      { 'tls-expiry-warning': 30 },
      'warning',
      /^The certificate expires in 9 days, on [\d-]+; expected at least 30 days$/,
    ],
    [{ 'tls-expiry-warning': 30, 'tls-expiry-critical': 15 }, 'critical', /expected at least 15 days$/],
    [
      { 'tls-expiry-critical': 15, 'warning-latency': '1ms' },
      'critical',
      /^The certificate expires in 9 days, .*; The request took \d+ms, longer than 1ms$/,
    ],
    [{ 'tls-min-version': 'TLSv1.3' }, 'ok', /^N\/A$/],
    [{ 'tls-ca': undefined }, 'critical', /request: (unable to|self-signed)/],
    [{ 'tls-server-name': 'other.test' }, 'critical', /request: Hostname\/IP does not match/],
  ])('judged with %j is %s', async (more, status, message) => {
    const target = await startHttpTarget({ tls });
    const settings = { host: target.host, port: target.port, ssl: true, 'tls-ca': authority.ca };
    const result = await runProbe({ type: 'http', ...settings, ...more });
    await target.close();
    expect(result).toMatchObject({ status, message: expect.stringMatching(message) });
  });
});
