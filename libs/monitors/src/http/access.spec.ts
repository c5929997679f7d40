import type { ServerResponse } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { makeAuthority, unusedPort } from '@9volt/testing';
import {
  faultsOf,
  type HttpTarget,
  runProbe,
  startHttpProxy,
  startHttpTarget,
  startTcpTarget,
  type Written,
} from '../testing/index.js';

const monitor = ({ host, port }: { host: string; port: number }, more: Written = {}): Written => ({
  type: 'http',
  host,
  port,
  ...more,
});

const basic = (text: string): string => `Basic ${Buffer.from(text).toString('base64')}`;

describe('http: who asks', () => {
  let target: HttpTarget;
  beforeAll(async () => {
    target = await startHttpTarget({
      answer: ({ headers }, response) => void response.end(`you sent ${headers.authorization}`),
    });
  });
  afterAll(() => target.close());

  it.each([
    [{ username: 'shop', password: 'pä:ss' }, basic('shop:pä:ss')],
    [{ 'bearer-token': 'token-1' }, 'Bearer token-1'],
    [{ headers: { authorization: 'Digest x' } }, 'Digest x'],
  ])('is told by %j', async (more, authorization) => {
    expect(await runProbe(monitor(target, more))).toMatchObject({ status: 'ok' });
    expect(target.requests.at(-1)?.headers.authorization).toBe(authorization);
  });

  it.each([
    [{ username: 'shop', password: 'canary' }, basic('shop:canary').slice('Basic '.length)],
    [{ 'bearer-token': 'canary-token' }, 'canary-token'],
    [{ headers: { Authorization: 'Bearer canary-header' } }, 'canary-header'],
  ])('is not repeated when the target repeats it: %j', async (more, secret) => {
    const { message, found } = await runProbe(monitor(target, { ...more, expect: 'welcome' }));
    expect(message).toMatch(/^Received response body 'you sent \*{8}' does not/);
    expect(`${message} ${found}`).not.toContain(secret);
  });
});

describe('http: a client certificate', () => {
  const authority = makeAuthority();
  const shown = authority.issue();
  const client = { 'tls-client-cert': shown.cert, 'tls-client-key': shown.key, 'tls-ca': authority.ca, ssl: true };

  it('is sent to a target that requires it', async () => {
    const target = await startHttpTarget({ tls: { ...authority.issue(), ca: authority.ca } });
    try {
      expect(await runProbe(monitor(target, client))).toMatchObject({ status: 'ok' });
      expect(await runProbe(monitor(target, { ssl: true, 'tls-ca': authority.ca }))).toMatchObject({
        status: 'critical',
        message: expect.stringContaining('certificate required'),
      });
    } finally {
      await target.close();
    }
  });

  it('is not sent to another origin after a redirect', async () => {
    const other = await startHttpTarget({ tls: { ...authority.issue(), ca: authority.ca } });
    const answer = (_: unknown, response: ServerResponse): void =>
      void response.writeHead(302, { Location: `${other.url}/` }).end();
    const target = await startHttpTarget({ tls: authority.issue(), answer });
    try {
      const result = await runProbe(monitor(target, client));
      expect(result).toMatchObject({ status: 'critical', message: expect.stringContaining('certificate required') });
      expect(other.requests).toEqual([]);
    } finally {
      await Promise.all([target.close(), other.close()]);
    }
  });
});

describe('http: redirects', () => {
  it('are not followed if that is switched off', async () => {
    const answer = (_: unknown, response: ServerResponse): void =>
      void response.writeHead(302, { Location: '/next' }).end();
    const target = await startHttpTarget({ answer });
    try {
      const result = await runProbe(monitor(target, { 'follow-redirects': false }));
      expect(result.message).toBe("Received status code '302' does not match expected status code '200'");
      expect(target.requests).toHaveLength(1);
    } finally {
      await target.close();
    }
  });
});

describe('http: a proxy', () => {
  const authority = makeAuthority();

  it('gets plain requests whole, with its credentials', async () => {
    const proxy = await startHttpProxy(basic('p:canary-of-proxy'));
    const target = await startHttpTarget();
    try {
      const through = { proxy: proxy.url, 'proxy-username': 'p', 'proxy-password': 'canary-of-proxy', url: '/a?b=1' };
      expect(await runProbe(monitor(target, { ...through, 'bearer-token': 'token-1' }))).toMatchObject({
        status: 'ok',
      });
      expect(proxy.asked).toEqual([`GET ${target.url}/a?b=1`]);
      expect(target.requests).toMatchObject([
        { url: '/a?b=1', headers: { host: `${target.host}:${target.port}`, authorization: 'Bearer token-1' } },
      ]);
      expect(JSON.stringify(target.requests)).not.toContain('proxy-authorization');
      const refused = await runProbe(monitor(target, { proxy: proxy.url }));
      expect(refused.message).toBe("Received status code '407' does not match expected status code '200'");
    } finally {
      await Promise.all([proxy.close(), target.close()]);
    }
  });

  it('tunnels HTTPS, whose certificate is the target’s', async () => {
    const proxy = await startHttpProxy(basic('p:q'));
    const target = await startHttpTarget({ tls: authority.issue() });
    try {
      const through = { ssl: true, 'tls-ca': authority.ca, proxy: proxy.url, 'proxy-username': 'p' };
      const result = await runProbe(monitor(target, { ...through, 'proxy-password': 'q' }));
      expect(result).toMatchObject({ status: 'ok', certificate: { daysLeft: 29 } });
      expect(proxy.asked).toEqual([`CONNECT ${target.host}:${target.port}`]);
      const refused = await runProbe(monitor(target, { ...through, 'proxy-password': 'wrong' }));
      expect(refused.message).toMatch(/the proxy answered 'HTTP\/1.1 407 Proxy Authentication Required'$/);
    } finally {
      await Promise.all([proxy.close(), target.close()]);
    }
  });

  it('that does not exist, answers nothing or too much fails the check', async () => {
    const through = (port: number): Written =>
      monitor({ host: 'a.test', port: 443 }, { ssl: true, proxy: `http://127.0.0.1:${port}`, timeout: '300ms' });
    expect((await runProbe(through(await unusedPort()))).message).toMatch(/connection refused/);
    const silent = await startTcpTarget();
    silent.mode = 'hang';
    expect((await runProbe(through(silent.port))).message).toMatch(
      /timed out after 300ms while waiting for the proxy$/,
    );
    await silent.close();
    const talkative = await startTcpTarget({ banner: 'x'.repeat(100_000) });
    expect((await runProbe(through(talkative.port))).message).toMatch(/sends too much$/);
    await talkative.close();
  });
});

describe('http: faults between its settings', () => {
  it.each<[Written, string[]]>([
    [{ 'status-code': 200, 'status-codes': '200-299' }, ['status-codes: expected either status-code or status-codes']],
    [{ 'status-codes': '299-200' }, ['status-codes: "299-200" is not valid; expected ranges from low to high']],
    [{ 'status-codes': '2xx' }, ['status-codes: "2xx" is not valid; expected codes and ranges such as "200-299,304"']],
    [{ username: 'u' }, ['password: expected username and password together']],
    [{ password: 'p' }, ['username: expected username and password together']],
    [
      { username: 'u', password: 'p', 'bearer-token': 't' },
      [expect.stringMatching(/^username: expected one way of authentication/) as never],
    ],
    [
      { 'bearer-token': 't', headers: { authorization: 'x' } },
      [expect.stringMatching(/^bearer-token: expected one way of authentication/) as never],
    ],
    [{ 'proxy-username': 'u', 'proxy-password': 'p' }, ['proxy: expected the proxy that the user name is for']],
    [{ proxy: 'http://u:p@proxy.test' }, [expect.stringMatching(/^proxy: .* without a user name in it$/) as never]],
    [{ proxy: 'https://proxy.test' }, [expect.stringMatching(/^proxy: /) as never]],
    [{ 'expect-regex': '(a' }, [expect.stringMatching(/^expect-regex: .*; expected a regular expression/) as never]],
    [{ 'expect-headers': { A: '~ (a' } }, [expect.stringMatching(/^expect-headers\/A: /) as never]],
    [{ 'expect-json': { status: 'ok' } }, [expect.stringMatching(/^expect-json: "status" .* a JSON path/) as never]],
    [{ 'expect-json': { '$.a': '< many' } }, [expect.stringMatching(/expected a number behind <$/) as never]],
    [{ 'expect-json': { '$.a': '~ (' } }, [expect.stringMatching(/expected a regular expression/) as never]],
    [
      { 'warning-latency': '2s', 'critical-latency': '1s' },
      ['warning-latency: "2s" is not valid; expected at most the critical-latency, 1s'],
    ],
    [{ 'tls-client-cert': 'x' }, ['tls-client-key: expected tls-client-cert and tls-client-key together']],
  ])('%j', (more, faults) => {
    expect(faultsOf({ type: 'http', host: 'h', ...more })).toEqual(faults);
  });
});
