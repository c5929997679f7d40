import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, createServer } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { makeCertificate } from '@9volt/testing';
import type { DeliveryContext, DeliveryOutcome } from './define-alerter.js';
import { deliverHttp, type HttpAnswer } from './http-delivery.js';
import { deliveryContext } from './testing/alerter-contract.js';
import { startRawServer, type RawServer } from './testing/raw-server.js';

describe('deliverHttp', () => {
  let server: RawServer | undefined;

  afterEach(async () => {
    await server?.close();
    server = undefined;
  });

  const serve = async (...args: Parameters<typeof startRawServer>): Promise<RawServer> =>
    (server = await startRawServer(...args));
  const deliver = (
    url: string,
    more: { context?: DeliveryContext; secrets?: string[]; headers?: Record<string, string> } = {},
  ) => deliverHttp({ url, body: '{}', secrets: [], ...more }, more.context ?? deliveryContext());

  it.each<[number, DeliveryOutcome['outcome'], 'alerter'?]>([
    [200, 'delivered'],
    [202, 'delivered'],
    [204, 'delivered'],
    [301, 'retryable', 'alerter'],
    [302, 'retryable', 'alerter'],
    [308, 'retryable', 'alerter'],
    [400, 'rejected'],
    [401, 'retryable', 'alerter'],
    [403, 'retryable', 'alerter'],
    [404, 'retryable', 'alerter'],
    [405, 'retryable', 'alerter'],
    [407, 'retryable', 'alerter'],
    [408, 'retryable'],
    [410, 'retryable', 'alerter'],
    [413, 'rejected'],
    [421, 'retryable', 'alerter'],
    [422, 'rejected'],
    [425, 'retryable'],
    [429, 'retryable'],
    [500, 'retryable'],
    [503, 'retryable'],
    [599, 'retryable'],
  ])('%i is %s', async (...[status, expected, cause]) => {
    const { url } = await serve({ status, body: status === 204 ? '' : 'said' });
    const outcome = await deliver(url);
    expect(outcome.outcome).toBe(expected);
    expect('cause' in outcome ? outcome.cause : undefined).toBe(cause);
    expect(outcome.answer).toContain(`HTTP ${status}`);
  });

  it('names the server to which a target has moved, and no more of its new address', async () => {
    const { url } = await serve({
      status: 301,
      headers: { Location: 'https://new.example.com/hooks/a-new-token?x=y' },
    });
    expect((await deliver(url)).answer).toBe('HTTP 301: a redirect to https://new.example.com, which is not followed');
  });

  it.each([
    ['seconds', { 'Retry-After': '90' }, 90_000],
    ['a date', { 'Retry-After': 'Wed, 21 Oct 2026 07:28:30 GMT', Date: 'Wed, 21 Oct 2026 07:28:00 GMT' }, 30_000],
    [
      'a date that is over',
      { 'Retry-After': 'Wed, 21 Oct 2026 07:27:00 GMT', Date: 'Wed, 21 Oct 2026 07:28:00 GMT' },
      0,
    ],
    ['a century', { 'Retry-After': '3155760000' }, 3_600_000],
    ['nonsense', { 'Retry-After': 'soon' }, undefined],
  ])('waits for Retry-After: %s', async (_what, headers, expected) => {
    const { url } = await serve({ status: 503, headers });
    const outcome = await deliver(url);
    expect('retryAfterMs' in outcome ? outcome.retryAfterMs : undefined).toBe(expected);
  });

  it('does not follow a redirect, and sends nothing there', async () => {
    const { url, paths } = await serve((request, response) => {
      if (request.url === '/') response.writeHead(307, { Location: '/elsewhere' }).end();
      else response.writeHead(200).end();
    });
    expect(await deliver(`${url}/`)).toMatchObject({
      outcome: 'retryable',
      cause: 'alerter',
      answer: expect.stringContaining('redirect'),
    });
    expect(paths).toEqual(['/']);
  });

  it('reads at most 64 KiB of an endless answer, and uses its status', async () => {
    const { url } = await serve((_request, response) => {
      response.writeHead(200);
      const more = () => {
        while (!response.destroyed && response.write('x'.repeat(16_384)));
      };
      response.on('drain', more);
      more();
    });
    let read: HttpAnswer | undefined;
    const outcome = await deliverHttp({ url, body: '', secrets: [] }, deliveryContext(), (answer) => {
      read = answer;
      return { outcome: 'delivered', answer: answer.body };
    });
    expect(read?.body).toHaveLength(65_536);
    expect(outcome.answer.length).toBeLessThanOrEqual(1_024);
  });

  it('does not repeat an accepted message because the rest of the answer never comes', async () => {
    const { url } = await serve((_request, response) => void response.writeHead(202).write('half an ans'));
    expect(await deliver(url, { context: deliveryContext({ timeoutMs: 300 }) })).toEqual({
      outcome: 'delivered',
      answer: 'HTTP 202: half an ans',
    });
  });

  it('is retried when the connection breaks', async () => {
    const { url } = await serve((request) => void request.socket.destroy());
    expect(await deliver(url)).toMatchObject({ outcome: 'retryable', answer: expect.stringMatching(/./) });
  });

  it.each<[string, string, Partial<DeliveryOutcome>]>([
    [
      'headers of 20 KiB',
      `HTTP/1.1 200 OK\r\nX: ${'a'.repeat(20_000)}\r\n\r\nsaid`,
      { outcome: 'delivered', answer: 'HTTP 200: said' },
    ],
    [
      'a length beside chunks',
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n4\r\nsaid\r\n0\r\n\r\n',
      { answer: 'HTTP 200: said' },
    ],
    [
      'a control byte',
      'HTTP/1.1 202 OK\r\nSet-Cookie: a\x01b\r\n\r\nsaid',
      { outcome: 'delivered', answer: 'HTTP 202: said' },
    ],
    ['LF alone', 'HTTP/1.1 200 OK\n\nsaid', { outcome: 'delivered', answer: 'HTTP 200: said' }],
    [
      'a space before a colon',
      'HTTP/1.1 422 No\r\nServer : x\r\n\r\nsaid',
      { outcome: 'rejected', answer: 'HTTP 422: said' },
    ],
    [
      'padded chunks',
      'HTTP/1.1 503 No\r\nTransfer-Encoding: chunked\r\n\r\n4  \r\nsaid\r\n0\r\n\r\n',
      { outcome: 'retryable', answer: 'HTTP 503: said' },
    ],
    [
      'a header that nobody can read',
      'HTTP/1.1 200 OK\r\nnonsense\r\n\r\n',
      { outcome: 'delivered', answer: 'HTTP 200' },
    ],
    [
      'headers without end',
      `HTTP/1.1 200 OK\r\nX: ${'a'.repeat(200_000)}`,
      { outcome: 'delivered', answer: 'HTTP 200' },
    ],
    ['half a head', 'HTTP/1.1 200 OK\r\nContent-', { outcome: 'delivered', answer: 'HTTP 200' }],
    [
      'a length that is none',
      'HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\nsaid',
      { outcome: 'delivered', answer: 'HTTP 200' },
    ],
    [
      'a broken body',
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n',
      { outcome: 'delivered', answer: 'HTTP 200' },
    ],
    ['nothing', '', { outcome: 'retryable', answer: 'the target closed the connection without an answer' }],
    ['half a status line', 'HTTP/1.1 20', { outcome: 'retryable' }],
    [
      'another protocol',
      'SSH-2.0-x\r\n',
      { outcome: 'retryable', answer: expect.stringContaining('is not HTTP') as unknown as string },
    ],
  ])('accepts an answer whose status came: %s', async (_, bytes, expected) => {
    const odd = createServer((socket) => {
      socket.on('error', () => undefined).once('data', () => socket.end(Buffer.from(bytes, 'latin1')));
    });
    await new Promise<void>((resolve) => odd.listen(0, '127.0.0.1', resolve));
    const outcome = await deliver(`http://127.0.0.1:${(odd.address() as AddressInfo).port}/`);
    await new Promise((resolve) => odd.close(resolve));
    expect(outcome).toMatchObject(expected);
  });

  it('is retried when no such host is known', async () => {
    expect(await deliver('http://no-such-host.invalid/')).toMatchObject({ outcome: 'retryable' });
  });

  it('keeps a notification without a usable address, and does not repeat it', async () => {
    for (const url of ['', 'nope', 'ftp://example.com/', 'file:///etc/passwd', 'http://', 'http://exa mple/']) {
      const outcome = await deliver(url, { secrets: [url] });
      expect(outcome).toMatchObject({ outcome: 'retryable', cause: 'alerter' });
      if (url !== '') expect(outcome.answer).not.toContain(url);
    }
  });

  it('never lets a header break out of its line', async () => {
    const seen: string[] = [];
    const { url } = await serve((request, response) => {
      seen.push(...Object.keys(request.headers));
      response.end();
    });
    await deliver(url, { headers: { Authorization: 'Bearer x\r\nX-Evil: 1' } });
    expect(seen).not.toContain('x-evil');
  });

  it('hides secrets in every form in which an answer may contain them', async () => {
    const secret = 'a"b/c d';
    const { url } = await serve({
      status: 500,
      body: `${secret} ${encodeURIComponent(secret)} ${JSON.stringify(secret)}\r\nmore`,
    });
    expect(await deliver(url, { secrets: [secret] })).toEqual({
      outcome: 'retryable',
      answer: 'HTTP 500: ******** ******** "********" more',
    });
  });

  it('delivers over IPv6, and uses no proxy', async () => {
    const { url } = await serve({ status: 200 }, '::1');
    process.env['HTTP_PROXY'] = process.env['http_proxy'] = 'http://127.0.0.1:9/';
    try {
      expect(await deliver(url)).toMatchObject({ outcome: 'delivered' });
    } finally {
      delete process.env['HTTP_PROXY'];
      delete process.env['http_proxy'];
    }
  });

  it('sends nothing to a server whose certificate is not trusted', async () => {
    let requests = 0;
    const tls = createTlsServer(makeCertificate(), (_request, response) => {
      requests += 1;
      response.end();
    });
    await new Promise<void>((resolve) => tls.listen(0, '127.0.0.1', resolve));
    const outcome = await deliver(`https://localhost:${(tls.address() as AddressInfo).port}/`);
    tls.closeAllConnections();
    await new Promise((resolve) => tls.close(resolve));
    expect(outcome).toMatchObject({ outcome: 'retryable', answer: expect.stringContaining('certificate') });
    expect(requests).toBe(0);
  });

  it('removes its listener from the caller’s signal, which outlives it', async () => {
    const { url } = await serve({ status: 200 });
    const listeners: unknown[] = [];
    const { signal } = new AbortController();
    signal.addEventListener = (_type: string, listener: unknown) => void listeners.push(listener);
    signal.removeEventListener = (_type: string, listener: unknown) =>
      void listeners.splice(listeners.indexOf(listener), 1);
    await deliver(url, { context: deliveryContext({ signal }) });
    expect(listeners).toEqual([]);
  });
});
