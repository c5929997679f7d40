import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ServerResponse } from 'node:http';
import { brotliCompressSync, createGzip, deflateSync, gzipSync } from 'node:zlib';
import { makeCertificate, unusedPort } from '@9volt/testing';
import { httpMonitor } from './http.monitor.js';
import {
  describeProbeContract,
  faultsOf,
  type HttpTarget,
  type HttpTargetOptions,
  monitorOf,
  runProbe,
  startHttpTarget,
  startTcpTarget,
  type Written,
} from './testing/index.js';

describeProbeContract(httpMonitor, async () => {
  const healthy = await startHttpTarget();
  const failing = await startHttpTarget();
  failing.mode = 'fail';
  const hanging = await startHttpTarget();
  hanging.mode = 'hang';
  return {
    healthy: { host: healthy.host, port: healthy.port, expect: 'ok' },
    failing: { host: failing.host, port: failing.port },
    refused: { host: '127.0.0.1', port: await unusedPort() },
    hanging: { host: hanging.host, port: hanging.port },
    close: async () => void (await Promise.all([healthy, failing, hanging].map((target) => target.close()))),
  };
});

/** One check of a server with this answer; also the requests that the server got. */
async function against(answer: HttpTargetOptions['answer'], more: Written = {}, options: HttpTargetOptions = {}) {
  const target = await startHttpTarget({ ...options, ...(answer ? { answer } : {}) });
  try {
    const result = await runProbe({ type: 'http', host: target.host, port: target.port, ...more });
    return { result, requests: target.requests };
  } finally {
    await target.close();
  }
}

describe('http: what is sent', () => {
  it('is the path and query as written', async () => {
    const { requests } = await against(undefined, { url: 'search?q=a%2Fb&x=ü' });
    expect(requests).toMatchObject([{ method: 'GET', url: '/search?q=a%2Fb&x=%C3%BC' }]);
    expect(requests[0]?.headers).toMatchObject({
      'accept-encoding': 'identity',
      'user-agent': '9volt',
      connection: 'close',
    });
  });

  it.each(['POST', 'GET', 'delete'])('is the body and headers with %s', async (method) => {
    const more = {
      method,
      'request-body': '{"ü": 1}',
      headers: { 'Content-Type': 'application/json', Host: 'vhost.test' },
    };
    const { result, requests } = await against(undefined, more);
    expect(result).toMatchObject({ status: 'ok' });
    expect(requests).toMatchObject([
      {
        method: method.toUpperCase(),
        body: '{"ü": 1}',
        headers: { 'content-type': 'application/json', host: 'vhost.test' },
      },
    ]);
  });

  it('reaches IPv6 targets, with or without brackets', async () => {
    for (const host of ['::1', '[::1]']) {
      const { result, requests } = await against(undefined, { host }, { host: '::1' });
      expect(result).toMatchObject({ status: 'ok' });
      expect(requests[0]?.headers.host).toMatch(/^\[::1\]:\d+$/);
    }
  });

  it('reaches targets by name', async () => {
    expect((await against(undefined, { host: 'localhost' })).result).toMatchObject({ status: 'ok' });
  });
});

describe('http: the verdict', () => {
  it.each([
    [404, {}, "Received status code '404' does not match expected status code '200'"],
    [200, { 'status-code': 204 }, "Received status code '200' does not match expected status code '204'"],
    [
      200,
      { expect: 'welcome' },
      "Received response body 'hello \\u001b[31m' does not contain expected content 'welcome'",
    ],
    // The message names the status first.
    [500, { expect: 'welcome' }, "Received status code '500' does not match expected status code '200'"],
  ])('on status %d with %j', async (status, more, message) => {
    const { result } = await against((_, response) => void response.writeHead(status).end('hello \u001b[31m'), more);
    expect(result).toMatchObject({ status: 'critical', message });
  });

  it('names the method in the message of a refused connection', async () => {
    const port = await unusedPort();
    expect(await runProbe({ type: 'http', host: '127.0.0.1', port, method: 'post' })).toMatchObject({
      status: 'critical',
      message: `Ran into error while performing 'POST' request: connection refused (ECONNREFUSED 127.0.0.1:${port})`,
    });
  });

  it.each([
    ['not HTTP at all', 'SSH-2.0-OpenSSH\r\n'],
    ['headers without end', `HTTP/1.1 200 OK\r\nX: ${'x'.repeat(100_000)}`],
    ['closed at once', ''],
  ])('is a failure when the answer is %s', async (_, bytes) => {
    const target = await startTcpTarget({ serve: (socket) => void socket.end(bytes) });
    try {
      const result = await runProbe({ type: 'http', host: target.host, port: target.port });
      expect(result).toMatchObject({
        status: 'critical',
        message: expect.stringMatching(/^Ran into error while performing 'GET' request: ./),
      });
    } finally {
      await target.close();
    }
  });

  it('treats an upgrade as the status that it is', async () => {
    const answer = 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n';
    const target = await startTcpTarget({ serve: (socket) => void socket.once('data', () => socket.write(answer)) });
    try {
      const headers = { Connection: 'Upgrade', Upgrade: 'websocket' };
      const monitor = { type: 'http', host: target.host, port: target.port, headers };
      expect(await runProbe({ ...monitor, 'status-code': 101 })).toMatchObject({ status: 'ok' });
      expect(await runProbe(monitor)).toMatchObject({ message: expect.stringContaining("status code '101'") });
    } finally {
      await target.close();
    }
  });

  it('measures the phases', async () => {
    const { result } = await against(undefined, { expect: 'ok' });
    expect(Object.keys(result.phases ?? {}).sort()).toEqual(['connect', 'firstByte', 'lookup', 'transfer']);
  });
});

describe('http: hostile bodies', () => {
  const endless = (chunk: Buffer) => (_: unknown, response: ServerResponse) => {
    const more = (error?: Error | null): void => void (error || response.write(chunk, more));
    more();
  };

  it('stops reading at 1 MiB and judges what it has read', async () => {
    const { result } = await against(endless(Buffer.alloc(65_536, 'x')), { expect: 'never' });
    expect(result.message).toMatch(/^Received response body 'x+…' does not contain expected content 'never'$/);
  });

  it('finds a text before the limit, and none behind it', async () => {
    const at = (offset: number) => (_: unknown, response: ServerResponse) =>
      void response.end(`${'x'.repeat(offset)}needle`);
    expect((await against(at(1_048_570), { expect: 'needle' })).result).toMatchObject({ status: 'ok' });
    expect((await against(at(1_048_571), { expect: 'needle' })).result).toMatchObject({ status: 'critical' });
  });

  it('ends at the deadline if the body comes a byte at a time', async () => {
    const drip = (_: unknown, response: ServerResponse) => {
      const timer = setInterval(() => response.write('x'), 30);
      response.once('close', () => clearInterval(timer));
    };
    const { result } = await against(drip, { expect: 'never', timeout: '400ms' });
    expect(result.message).toBe(
      "Ran into error while performing 'GET' request: timed out after 400ms while reading the response",
    );
    expect(result.latencyMs).toBeLessThan(400 + 1_500);
  });

  it('does not wait for a body that has no expectations', async () => {
    expect((await against((_, response) => void response.write('x'), { timeout: '5s' })).result).toMatchObject({
      status: 'ok',
    });
  });

  it('survives a gzip bomb', async () => {
    const bomb = (_: unknown, response: ServerResponse) => {
      response.writeHead(200, { 'Content-Encoding': 'gzip' });
      const gzip = createGzip();
      gzip.on('error', () => undefined).pipe(response);
      const zeros = Buffer.alloc(1_048_576);
      const more = (error?: Error | null): void => void (error || gzip.destroyed || gzip.write(zeros, more));
      more();
      response.once('close', () => gzip.destroy());
    };
    const before = process.memoryUsage().rss;
    const { result } = await against(bomb, { expect: 'never', timeout: '5s' });
    expect(result.message).toMatch(/^Received response body/);
    expect(process.memoryUsage().rss - before).toBeLessThan(100 * 1_048_576);
  });

  it.each([
    ['gzip', gzipSync('needle')],
    ['deflate', deflateSync('needle')],
    ['br', brotliCompressSync('needle')],
    ['odd', Buffer.from('needle')],
  ])('searches a body in %s', async (encoding, body) => {
    const answer = (_: unknown, response: ServerResponse) =>
      void response.writeHead(200, { 'Content-Encoding': encoding }).end(body);
    expect((await against(answer, { expect: 'needle' })).result).toMatchObject({ status: 'ok' });
  });

  it('reports a body that is not compressed as it says', async () => {
    const answer = (_: unknown, response: ServerResponse) =>
      void response.writeHead(200, { 'Content-Encoding': 'gzip' }).end('plain');
    const { result } = await against(answer, { expect: 'plain' });
    expect(result.message).toMatch(/request: cannot decompress the response: incorrect header check$/);
  });

  it('reports a body that ends early', async () => {
    const answer = (_: unknown, response: ServerResponse) => {
      response.writeHead(200, { 'Content-Length': 100 }).write('half');
      setTimeout(() => response.destroy(), 50);
    };
    const { result } = await against(answer, { expect: 'never' });
    expect(result).toMatchObject({
      status: 'critical',
      message: expect.stringMatching(/the target closed the connection after 4 of the 100 bytes of the body$/),
    });
  });

  it('ends 200 hanging targets together, each at its deadline', async () => {
    const target = await startHttpTarget();
    target.mode = 'hang';
    try {
      const monitor = { type: 'http', host: target.host, port: target.port, timeout: '2s' };
      const results = await Promise.all(Array.from({ length: 200 }, () => runProbe(monitor)));
      for (const result of results)
        expect(result.message).toMatch(/timed out after 2s while waiting for the response$/);
      expect(Math.max(...results.map((result) => result.latencyMs))).toBeLessThan(2_000 + 3_000);
    } finally {
      await target.close();
    }
  });
});

describe('http: redirects', () => {
  let other: HttpTarget;
  beforeAll(async () => {
    other = await startHttpTarget();
  });
  afterAll(() => other.close());

  const to =
    (location: string, status = 302) =>
    (_: unknown, response: ServerResponse) =>
      void response.writeHead(status, { Location: location }).end();

  it('are followed with credentials within the origin, and without them across origins', async () => {
    const headers = { Authorization: 'Bearer canary', Cookie: 'a=canary', 'X-Key': 'canary' };
    const answer: HttpTargetOptions['answer'] = ({ url }, response) =>
      to(url === '/' ? '/second' : `${other.url}/end`)(0, response);
    const { result, requests } = await against(answer, { headers, expect: 'ok' });
    expect(result).toMatchObject({ status: 'ok' });
    expect(requests.map(({ url, headers: sent }) => [url, sent.authorization])).toEqual([
      ['/', 'Bearer canary'],
      ['/second', 'Bearer canary'],
    ]);
    expect(other.requests.at(-1)).toMatchObject({ url: '/end', headers: { 'user-agent': '9volt' } });
    expect(JSON.stringify(other.requests.at(-1)?.headers)).not.toContain('canary');
  });

  it('are followed ten times', async () => {
    let hops = 0;
    const answer =
      (limit: number): HttpTargetOptions['answer'] =>
      (_, response) =>
        void (hops++ < limit ? to(`/${hops}`)(0, response) : response.end('ok'));
    expect((await against(answer(10))).result).toMatchObject({ status: 'ok' });
    hops = 0;
    const { result, requests } = await against(answer(11));
    expect(result.message).toBe("Ran into error while performing 'GET' request: stopped after 10 redirects");
    expect(requests).toHaveLength(11);
  });

  it('share one deadline', async () => {
    const answer: HttpTargetOptions['answer'] = (_, response) => void setTimeout(() => to('/again')(0, response), 100);
    const { result } = await against(answer, { timeout: '350ms' });
    expect(result.message).toMatch(/request: timed out after 350ms while/);
  });

  it('are not followed if their own status is expected, or without a location', async () => {
    expect((await against(to('/x', 301), { 'status-code': 301 })).result).toMatchObject({ status: 'ok' });
    const { result } = await against((_, response) => void response.writeHead(302).end());
    expect(result.message).toBe("Received status code '302' does not match expected status code '200'");
  });

  it('are reported if they lead to another protocol than HTTP', async () => {
    const { result } = await against(to('ftp://x.test/'));
    expect(result.message).toMatch(/request: redirected to an address that is not HTTP: ftp:\/\/x\.test\/$/);
  });
});

describe('http: TLS', () => {
  const tls = makeCertificate();

  it('refuses a certificate that cannot be verified', async () => {
    const { result, requests } = await against(undefined, { ssl: true }, { tls });
    expect(result).toMatchObject({
      status: 'critical',
      message: expect.stringMatching(/request: self-signed certificate/),
    });
    expect(requests).toEqual([]);
  });

  it('accepts it if told to, and reports its facts and the phases at every check', async () => {
    const target = await startHttpTarget({ tls });
    try {
      const monitor = {
        type: 'http',
        host: 'localhost',
        port: target.port,
        ssl: true,
        'tls-skip-verify': true,
        expect: 'ok',
      };
      for (let run = 0; run < 3; run += 1) {
        expect(await runProbe(monitor)).toMatchObject({
          status: 'ok',
          certificate: { subject: 'O=9volt test, CN=localhost', issuer: 'O=9volt test, CN=localhost', daysLeft: 29 },
          phases: { tls: expect.any(Number) },
        });
      }
    } finally {
      await target.close();
    }
  });
});

describe('http: settings', () => {
  const http = { type: 'http', host: 'h' };

  it.each([
    [{}, []],
    [{ method: 'PROPFIND', url: '/x?a=1', 'status-code': 301, port: 8080 }, []],
    [{ url: 'http://h/x' }, [expect.stringMatching(/^url: .* expected a path and query/)]],
    [{ host: 'http://h' }, [expect.stringMatching(/^host: /)]],
    [{ host: 'h/x' }, [expect.stringMatching(/^host: /)]],
    [{ method: 'CONNECT' }, [expect.stringMatching(/^method: "CONNECT" is not valid/)]],
    [{ method: 'GE T' }, [expect.stringMatching(/^method: /)]],
    [{ 'status-code': 99 }, [expect.stringMatching(/^status-code: /)]],
    [{ headers: { 'Bad name': 'x' } }, [expect.stringMatching(/^headers: "Bad name" is not valid/)]],
    [{ headers: { A: 'canary\r\nB: c' } }, [expect.not.stringContaining('canary')]],
  ])('%j', (more, faults) => {
    expect(faultsOf({ ...http, ...more })).toEqual(faults);
  });

  it.each([
    [{}, 'GET http://h/'],
    [{ ssl: true, method: 'head', url: 'x?y' }, 'HEAD https://h/x?y'],
    [{ host: '::1', port: 81 }, 'GET http://[::1]:81/'],
  ])('the target of %j is %s', (more, target) => {
    expect(httpMonitor.target(monitorOf({ ...http, ...more }).settings)).toBe(target);
  });
});

describe('http: a test', () => {
  const trial = async (answer: HttpTargetOptions['answer'], more: Written = {}) => {
    const target = await startHttpTarget(answer ? { answer } : {});
    try {
      return await runProbe({ type: 'http', host: target.host, port: target.port, ...more }, undefined, {
        isTrial: true,
      });
    } finally {
      await target.close();
    }
  };
  const page = (status: number, body: string) => (response: ServerResponse) =>
    void response.writeHead(status).end(body);

  it.each([
    ['a good answer', 200, {}, 'ok'],
    ['an unexpected status', 500, {}, 'critical'],
    ['a body that is as expected', 200, { expect: 'first' }, 'ok'],
    ['a body that is not as expected', 200, { expect: 'third' }, 'critical'],
  ])('shows %s', async (_, status, more, verdict) => {
    const result = await trial((_request, response) => page(status, 'first\nsecond')(response), more);
    expect(result).toMatchObject({ status: verdict, answer: { status: String(status), body: 'first\nsecond' } });
  });

  it('shows the beginning of a long body, and no credentials in it', async () => {
    const echo = 'tell-tale-token';
    const result = await trial((_request, response) => page(200, `${echo} ${'x'.repeat(50_000)}`)(response), {
      'bearer-token': echo,
    });
    expect(result.answer?.body).toHaveLength(1_000 - echo.length + '********'.length);
    expect(result.answer?.body).toMatch(/^\*{8} x+…$/);
  });

  it('does not depend on a body that nobody expects', async () => {
    const result = await trial((_request, response) => void response.writeHead(200).write('begin'));
    expect(result).toMatchObject({ status: 'ok', answer: { status: '200', body: 'begin' } });
  });

  it('is the only check that does', async () => {
    const { result } = await against(undefined);
    expect(result.answer).toBeUndefined();
  });
});
