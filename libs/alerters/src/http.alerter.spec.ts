import { createHmac } from 'node:crypto';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Alert } from '@9volt/contracts';
import { makeAuthority, makeCertificate, unusedPort } from '@9volt/testing';
import type { DeliveryContext, DeliveryOutcome } from './define-alerter.js';
import { http } from './http.alerter.js';
import { renderAlert } from './render-alert.js';
import { alerterContract, deliveryContext } from './testing/alerter-contract.js';
import type { HttpExchange } from './testing/http-stand-in.js';
import { startJsonProvider } from './testing/json-provider.js';
import { startRawServer, type RawServer } from './testing/raw-server.js';
import { HOSTILE_TEXTS, hostileAlert, sampleAlarm } from './testing/sample-alerts.js';
import { flag, integer, list, object, oneOf, text } from './testing/shape.js';
import type { StandIn } from './testing/stand-in.js';
import { validateAlerter } from './validate-alerter.js';

interface AlertJson extends Record<string, unknown> {
  title: string;
  text: string;
  link: string;
  fields: { label: string; value: string }[];
}

const SECRET = 'stand-in signing secret';
const TOKEN = 'stand-in-bearer-token';

const words = text();
const instant = text({ pattern: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/ });
const document = object({
  title: text({ notEmpty: true, atMost: 300 }),
  text: text({ notEmpty: true }),
  severity: oneOf('ok', 'info', 'warning', 'critical', 'unknown'),
  type: oneOf('resolve', 'warning', 'critical', 'unknown'),
  status: oneOf('ok', 'warning', 'critical', 'unknown'),
  worst: oneOf('warning', 'critical', 'unknown'),
  reason: oneOf('', 'recovered', 'removed', 'disabled', 'changed'),
  test: flag,
  ...{ monitor: words, 'monitor-type': words, target: words, description: words, worker: words },
  ...{ message: words, expected: words, found: words, key: words, link: text({ pattern: /^(https?:\/\/.*)?$/ }) },
  ...{ since: instant, at: instant },
  ...{ attempts: integer, 'warning-threshold': integer, 'critical-threshold': integer },
  ...{ 'after-hold': words, repeat: flag, escalated: flag, flapping: oneOf('', 'began', 'ended') },
  tags: list(words, 100),
  fields: list(object({ label: words, value: words }), 20),
});

/** As a receiver would check it, from the documentation alone. */
function signatureFaults({ headers, body }: HttpExchange): string[] {
  const seconds = String(headers['x-9volt-timestamp']);
  const expected = `sha256=${createHmac('sha256', SECRET).update(`${seconds}.${body}`).digest('hex')}`;
  return [
    ...(headers['x-9volt-signature'] === expected ? [] : ['the signature is wrong']),
    ...(Math.abs(Date.now() / 1_000 - Number(seconds)) < 60 ? [] : ['the time is wrong']),
  ];
}

function startHttpReceiver(): Promise<StandIn<AlertJson>> {
  return startJsonProvider<AlertJson>({
    alerter: (origin) => ({ type: 'http', options: { url: `${origin}/alerts`, 'hmac-secret': SECRET } }),
    problems: (json, exchange) => [
      ...(exchange.method === 'POST' && exchange.path === '/alerts' ? [] : ['not here']),
      ...(exchange.headers.authorization === `Bearer ${TOKEN}` ? [] : ['not authorized']),
      ...(exchange.headers['idempotency-key']?.length ? [] : ['no idempotency key']),
      ...signatureFaults(exchange),
      ...document(json, ''),
    ],
    accepted: { status: 201, body: '{"kept":true}' },
    refused: { status: 422, body: '{"error":"not for me"}' },
    revoked: { status: 403, body: '{"error":"not for you"}' },
    gone: { status: 410, body: '{"error":"not here any more"}' },
  });
}

alerterContract<AlertJson>('http', async () => {
  const standIn = await startHttpReceiver();
  const options = { ...standIn.alerter.options, headers: { Authorization: `Bearer ${TOKEN}` } };
  return {
    standIn,
    options,
    unreachable: { ...options, url: `http://127.0.0.1:${await unusedPort()}/alerts` },
    secrets: [SECRET, TOKEN],
    shown: ({ title, text: said, fields }) =>
      [title, said, ...fields.flatMap(({ label, value }) => [label, value])].join('\n'),
    expectInert: ({ link }) => {
      // The receiver checks that the texts are plain JSON texts; only a link could have an effect.
      expect(link).toBe('');
    },
    tellsRetryAfter: true,
    echoes: true,
  };
});

describe('http', () => {
  let server: RawServer;
  let seen: HttpExchange[];
  let status: number;

  beforeEach(async () => {
    seen = [];
    status = 200;
    server = await startRawServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const body = Buffer.concat(chunks).toString('utf8');
        seen.push({ method: request.method ?? '', path: request.url ?? '', headers: request.headers, body });
        response.writeHead(status).end('said');
      });
    });
  });
  afterEach(() => server.close());

  const send = (
    options: Record<string, unknown>,
    alert: Alert = sampleAlarm(),
    context: DeliveryContext = deliveryContext(),
  ): Promise<DeliveryOutcome> => {
    const all = { ...options, url: `${server.url}${String(options['url'] ?? '/')}` };
    const validated = validateAlerter('mine', { type: 'http', options: all });
    if (!validated.ok) throw new Error(JSON.stringify(validated.errors));
    return http.send(all, renderAlert(alert), context);
  };
  const sentBy = async (...args: Parameters<typeof send>): Promise<HttpExchange> => {
    await send(...args);
    return seen[0] as HttpExchange;
  };

  it.each(['POST', 'PUT', 'PATCH'])('sends the whole alert by %s', async (method) => {
    const sent = await sentBy({ method });
    expect(sent).toMatchObject({ method, headers: { 'content-type': 'application/json' } });
    expect(JSON.parse(sent.body)).toMatchObject({ monitor: 'web', attempts: 3, tags: ['shop', 'production'] });
  });

  it('has no body with GET, but the fields in the address', async () => {
    const sent = await sentBy({ method: 'GET', url: '/{{monitor}}/alerts?status={{status}}&why={{found}}' });
    expect(sent).toMatchObject({
      method: 'GET',
      path: '/web/alerts?status=critical&why=status%20code%20502',
      body: '',
    });
    expect(sent.headers).not.toHaveProperty('content-type');
  });

  it.each([
    ['../../admin?x=1#y', '/a/..%2F..%2Fadmin%3Fx%3D1%23y/b'],
    ['..', '/a/__/b'],
    ['@evil.example', '/a/%40evil.example/b'],
    ['x\r\nHost: evil', '/a/x%20Host%3A%20evil/b'],
  ])('keeps to its path when a field says %j', async (target, path) => {
    expect((await sentBy({ url: '/a/{{target}}/b' }, sampleAlarm({ target }))).path).toBe(path);
  });

  it('fills a body of JSON', async () => {
    const body = '{"text": "{{title}}: {{found}}", "failures": {{attempts}}, "{{monitor}}": ["{{worker}}"]}';
    const sent = await sentBy({ body }, sampleAlarm({ found: '"},"admin":true,"x":{"\n\\' }));
    expect(JSON.parse(sent.body)).toEqual({
      text: `CRITICAL web: status 502, expected 200: "},"admin":true,"x":{"\n\\`,
      failures: 3,
      web: ['worker-1'],
    });
  });

  it.each(Object.entries(HOSTILE_TEXTS))('fills any body with a hostile text: %s', async (_what, hostile) => {
    const alert = hostileAlert(hostile);
    const rendered = renderAlert(alert);
    const found = rendered.fields.find(({ label }) => label === 'Found')?.value ?? '';
    for (const [type, body] of [
      ['application/vnd.example+json; charset=utf-8', '{"a": "{{found}}", "b": 1}'],
      ['application/x-www-form-urlencoded', 'a={{found}}&b=1'],
      ['application/xml', '<a>{{found}}</a><b>1</b>'],
      ['text/plain', '{{found}}'],
    ] as const) {
      const headers = { 'Content-Type': type, 'X-Found': 'found {{found}}' };
      expect(await send({ headers, body }, alert)).toMatchObject({ outcome: 'delivered' });
      const sent = seen.pop() as HttpExchange;
      const inHeader = Buffer.from(String(sent.headers['x-found']), 'latin1').toString('utf8');
      expect(inHeader).toBe(`found ${found.replace(/\s+/g, ' ')}`.trim());
      expect(Object.keys(sent.headers).filter((name) => /evil|bcc/.test(name))).toEqual([]);
      expect(sent.headers['content-type']).toBe(type);
      if (type.includes('json')) expect(JSON.parse(sent.body)).toEqual({ a: found, b: 1 });
      if (type.includes('form')) expect([...new URLSearchParams(sent.body)]).toEqual([['a', found], ['b', '1']]); // prettier-ignore
      if (type.includes('xml')) expect(sent.body).toMatch(/^<a>[^<>]*<\/a><b>1<\/b>$/);
      if (type === 'text/plain') expect(sent.body).toBe(found);
    }
  });

  it('has the same idempotency key at every attempt', async () => {
    const context = deliveryContext({ notificationId: '9volt/wéb/1.1/critical' });
    await send({}, sampleAlarm(), context);
    await send({}, sampleAlarm(), context);
    const keys = seen.map(({ headers }) => Buffer.from(String(headers['idempotency-key']), 'latin1').toString('utf8'));
    expect(keys).toEqual(['9volt/wéb/1.1/critical', '9volt/wéb/1.1/critical']);
  });

  it('signs under another name, which no header can replace', async () => {
    const headers = { 'X-Signed': 'forged', 'X-9volt-Timestamp': '0' };
    const sent = await sentBy({ 'hmac-secret': SECRET, 'signature-header': 'X-Signed', headers, body: '"{{title}}"' });
    expect(signatureFaults({ ...sent, headers: { ...sent.headers, 'x-9volt-signature': sent.headers['x-signed'] } as HttpExchange['headers'] })).toEqual([]); // prettier-ignore
  });

  it.each([
    [undefined, 204, 'delivered'],
    [undefined, 304, 'retryable'],
    ['200-299,304', 304, 'delivered'],
    ['202', 202, 'delivered'],
    ['202', 200, 'retryable'],
    ['200 - 204, 404', 404, 'delivered'],
    ['200', 500, 'retryable'],
    ['200', 410, 'retryable'],
    ['200', 422, 'rejected'],
    ['500', 500, 'delivered'],
  ])('with the codes %s takes %i as %s', async (codes, answered, outcome) => {
    status = answered;
    const options = codes === undefined ? {} : { 'expected-codes': codes };
    expect(await send(options)).toMatchObject({ outcome, answer: expect.stringContaining(`HTTP ${answered}`) });
  });
});

describe('what http expects in the body of an answer', () => {
  let server: RawServer;
  afterEach(() => server.close());

  const answeredWith = async (body: string, options: Record<string, unknown>, status = 200) => {
    server = await startRawServer({ status, body });
    return http.send({ url: server.url, ...options }, renderAlert(sampleAlarm()), deliveryContext());
  };
  const kept = { outcome: 'retryable', cause: 'alerter' };

  it.each<[string, Record<string, unknown>, Record<string, unknown>]>([
    ['{"ok":true}', { expect: '"ok":true' }, { outcome: 'delivered' }],
    ['{"ok":false,"error":"quota"}', { expect: '"ok":true' }, { ...kept, answer: expect.stringContaining('quota') }],
    ['<html>Please log in to the guest network</html>', { expect: 'ok' }, kept],
    ['', { expect: 'ok' }, kept],
    ['accepted', { 'expect-not': 'error' }, { outcome: 'delivered' }],
    ['', { 'expect-not': 'error' }, { outcome: 'delivered' }],
    ['{"error":"no such channel"}', { 'expect-not': '"error"' }, kept],
    ['ok, but error', { expect: 'ok', 'expect-not': 'error' }, kept],
    ['größer', { expect: 'größ' }, { outcome: 'delivered' }],
    ['a.b', { expect: 'a.c' }, kept],
  ])('%s with %j', async (body, options, expected) => {
    expect(await answeredWith(body, options)).toMatchObject(expected);
  });

  it('reads the body only if the status means delivered', async () => {
    const outcome = await answeredWith('ok', { expect: 'ok' }, 500);
    expect(outcome).toEqual({ outcome: 'retryable', answer: 'HTTP 500: ok' });
  });

  it('says what is missing', async () => {
    const { answer } = await answeredWith('nothing of it', { expect: '"ok":true' });
    expect(answer).toBe('HTTP 200, but the answer does not contain "\\"ok\\":true": nothing of it');
  });
});

describe('options of http', () => {
  const url = 'https://hooks.example.com/';

  it.each<[Record<string, unknown>, string[]]>([
    [{ url, method: 'GET' }, []],
    [{ url, expect: 'ok', 'expect-not': 'error' }, []],
    [{ url, expect: '' }, ['/options/expect']],
    [{ url, 'expect-not': 7 }, ['/options/expect-not']],
    [{ url, expect: 'x'.repeat(4_097) }, ['/options/expect']],
    [{ url: '${env:HOOK}/{{monitor}}' }, []],
    [{ url, headers: { Authorization: '${env:TOKEN}', 'X-Title': '{{title}}' } }, []],
    [{ url, body: '{"n": {{attempts}}, "t": {{test}}, "s": "{{title}}"}' }, []],
    [{ url, body: 'no JSON', headers: { 'content-type': 'text/plain' } }, []],
    [{}, ['/options/url']],
    [{ url: 'https://{{monitor}}.example.com/' }, ['/options/url']],
    [{ url: 'https://example.com{{target}}' }, ['/options/url']],
    [{ url: 'https://user:secret@example.com/' }, ['/options/url']],
    [{ url: `${url}{{montor}}` }, ['/options/url']],
    [{ url, method: 'DELETE' }, ['/options/method']],
    [{ url, headers: { 'X-A': '{{nope}}' } }, ['/options/headers/X-A']],
    [{ url, headers: { 'X-A': 'a\r\nX-B: b' } }, ['/options/headers/X-A']],
    [{ url, headers: { 'X A': 'a' } }, ['/options/headers/X A']],
    [
      { url, headers: { Host: 'a', 'content-length': '5' } },
      ['/options/headers/Host', '/options/headers/content-length'],
    ],
    [{ url, body: '{"a": {{title}}}' }, ['/options/body']],
    [{ url, body: '{"a": "{{titel}}"}' }, ['/options/body']],
    [{ url, body: 'no JSON' }, ['/options/body']],
    [{ url, method: 'GET', body: '{}', 'hmac-secret': 'x' }, ['/options/body', '/options/hmac-secret']],
    [{ url, 'expected-codes': '2xx' }, ['/options/expected-codes']],
    [{ url, 'expected-codes': '299-200' }, ['/options/expected-codes']],
    [{ url, 'signature-header': 'a b' }, ['/options/signature-header']],
    [{ url, 'client-cert': 'x' }, ['/options/client-key']],
    [{ url, 'client-key': 'x' }, ['/options/client-cert']],
  ])('%j', (options, expected) => {
    const validated = validateAlerter('mine', { type: 'http', options });
    expect(validated.ok ? [] : validated.errors.map(({ path }) => path)).toEqual(expected);
  });
});

describe('http over TLS', () => {
  const own = makeCertificate();
  const client = makeCertificate();
  let server: Server;
  let names: (string | undefined)[];

  beforeEach(async () => {
    names = [];
    const options = { ...own, ca: client.cert, requestCert: true, rejectUnauthorized: false };
    server = createServer(options, (request, response) => {
      const socket = request.socket as TLSSocket;
      names.push(socket.authorized ? String(socket.getPeerCertificate().subject.CN) : undefined);
      response.end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterEach(() => new Promise((resolve) => server.close(() => resolve(undefined))));

  const sendWith = (options: Record<string, unknown>): Promise<DeliveryOutcome> => {
    const url = `https://localhost:${(server.address() as AddressInfo).port}/`;
    return http.send({ url, ...options }, renderAlert(sampleAlarm()), deliveryContext());
  };

  it('trusts no stranger', async () => {
    expect(await sendWith({})).toMatchObject({ outcome: 'retryable', answer: expect.stringContaining('certificate') });
    expect(await sendWith({ ca: client.cert })).toMatchObject({ outcome: 'retryable' });
    expect(names).toEqual([]);
  });

  it('trusts the configured authorities, and sends its certificate', async () => {
    expect(await sendWith({ ca: own.cert })).toMatchObject({ outcome: 'delivered' });
    const outcome = await sendWith({ ca: own.cert, 'client-cert': client.cert, 'client-key': client.key });
    expect(outcome).toMatchObject({ outcome: 'delivered' });
    expect(names).toEqual([undefined, 'localhost']);
  });

  it('trusts the certificate of the provider, whoever issued it', async () => {
    const issued = makeAuthority().issue();
    server.setSecureContext(issued);
    expect(await sendWith({ ca: issued.cert })).toMatchObject({ outcome: 'delivered' });
    expect(await sendWith({ ca: own.cert })).toMatchObject({ outcome: 'retryable' });
  });

  it('trusts anybody if configured so', async () => {
    expect(await sendWith({ 'skip-verify': true })).toMatchObject({ outcome: 'delivered' });
  });

  it('is retried after an invalid certificate, because somebody can correct that', async () => {
    const outcome = await sendWith({ ca: own.cert, 'client-cert': 'nope', 'client-key': client.key });
    expect(outcome).toMatchObject({ outcome: 'retryable' });
    expect(outcome.answer).not.toContain('PRIVATE KEY');
  });
});
