import { request as httpRequest } from 'node:http';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startEtcd, type TestEtcd, uniquePrefix } from '@9volt/etcd-dal/testing';
import { tcp } from './testing/fixtures.js';
import { callerOf, type Call } from './testing/http.js';
import { startApi, type TestApi } from './testing/start-api.js';
import { undocumented } from './testing/strict.js';

const FIRST = 'first-token-of-this-spec';
const SECOND = 'second-token-of-this-spec';

let etcd: TestEtcd;
let open: TestApi;
let guarded: TestApi;
let call: Call;

beforeAll(async () => {
  etcd = await startEtcd();
  const prefix = uniquePrefix();
  open = await startApi(etcd.endpoint, { prefix });
  guarded = await startApi(etcd.endpoint, { prefix, accessTokens: [FIRST, SECOND] });
  call = callerOf(open.url);
}, 30_000);

afterAll(async () => {
  await open.stop();
  await guarded.stop();
  await etcd.stop();
});

const GUARDED: [string, string][] = [
  ['GET', '/api/v1/monitor'],
  ['POST', '/api/v1/monitor'],
  ['PUT', '/api/v1/monitor/x'],
  ['PATCH', '/api/v1/monitor/x'],
  ['DELETE', '/api/v1/monitor/x'],
  ['POST', '/api/v1/monitor/x/run'],
  ['GET', '/api/v1/monitor/x/why'],
  ['POST', '/api/v1/monitor/test'],
  ['GET', '/api/v1/alerter'],
  ['DELETE', '/api/v1/alerter/x'],
  ['POST', '/api/v1/alerter/x/test'],
  ['GET', '/api/v1/state'],
  ['GET', '/api/v1/state/x'],
  ['GET', '/api/v1/event'],
  ['GET', '/api/v1/cluster'],
  ['GET', '/api/v1/cluster/config'],
  ['PATCH', '/api/v1/cluster/config'],
  ['PUT', '/api/v1/cluster/drain/x'],
  ['DELETE', '/api/v1/cluster/drain/x'],
  ['GET', '/api/v1/schema/monitor'],
  ['GET', '/api/v1/stream'],
  ['GET', '/metrics'],
  ['GET', '/status/errors'],
];
const OPEN = ['/livez', '/readyz', '/version', '/status/check', '/openapi.json', '/docs', '/ui/', '/'];

describe('access tokens', () => {
  test.each(GUARDED)('guard %s %s', async (method, path) => {
    const without = await callerOf(guarded.url)(method, path);
    expect([without.status, without.body]).toEqual([
      401,
      expect.objectContaining({ message: "No access token found; ensure you pass 'X-Access-Token' in header" }),
    ]);
    expect(undocumented('Problem', without.body)).toEqual([]);
    const wrong = await callerOf(guarded.url, { 'x-access-token': 'third' })(method, path);
    expect([wrong.status, wrong.body]).toEqual([
      401,
      expect.objectContaining({ message: 'Unauthorized request: invalid access token' }),
    ]);
  });

  test.each([
    ['x-access-token', FIRST],
    ['x-access-token', SECOND],
    ['authorization', `Bearer ${SECOND}`],
  ])('accepted by %s: %s', async (header, value) => {
    expect((await callerOf(guarded.url, { [header]: value })('GET', '/api/v1/state')).status).toBe(200);
  });

  test.each(OPEN)('are not needed at %s', async (path) => {
    expect((await callerOf(guarded.url)('GET', path)).status).toBeLessThan(400);
  });
});

describe('other sites', () => {
  test.each(['cross-site', 'same-site'])('are refused: Sec-Fetch-Site: %s', async (site) => {
    const refused = await call('GET', '/api/v1/monitor/x?disable=true', undefined, { 'sec-fetch-site': site });
    expect([refused.status, undocumented('Problem', refused.body)]).toEqual([403, []]);
    expect((await call('GET', '/api/v1/monitor', undefined, { 'sec-fetch-site': 'same-origin' })).status).toBe(200);
  });

  test('cannot point their name at us', async () => {
    expect(await statusFor(open.url, 'evil.example.com')).toBe(403);
    expect(await statusFor(open.url, 'localhost:1234')).toBe(200);
    // A caller with a token is accepted whatever the name.
    expect(await statusFor(guarded.url, 'monitoring.example.com', { 'x-access-token': FIRST })).toBe(200);
  });

  function statusFor(url: string, host: string, headers: Record<string, string> = {}): Promise<number> {
    return new Promise((resolve, reject) => {
      const request = httpRequest(`${url}/api/v1/monitor`, { headers: { host, ...headers } }, (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      });
      request.on('error', reject).end();
    });
  }
});

describe('answers', () => {
  test.each(['/api/v1/nothing', '/nothing'])('%s is a problem', async (path) => {
    const { status, headers, body } = await call('GET', path);
    expect([status, headers.get('content-type'), undocumented('Problem', body)]).toEqual([
      404,
      expect.stringContaining('application/problem+json'),
      [],
    ]);
  });

  test.each([...OPEN, '/api/v1/state', '/api/v1/nothing'])('%s forbids scripts from elsewhere', async (path) => {
    const { headers } = await call('GET', path);
    expect(headers.get('content-security-policy')).toContain("script-src 'self';");
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('x-frame-options')).toBe('DENY');
  });

  test('the stream has the same headers', async () => {
    const response = await fetch(`${open.url}/api/v1/stream`);
    expect(response.headers.get('content-type')).toContain('text/event-stream');
    expect(response.headers.get('content-security-policy')).toContain("default-src 'none'");
    await response.body?.cancel();
  });

  test.each([
    ['/livez', 'Health'],
    ['/readyz', 'Readiness'],
    ['/version', 'StatusMessage'],
    ['/status/check', 'StatusMessage'],
    ['/status/errors', 'LoggedErrors'],
    ['/api/v1/schema/monitor', 'SchemaMap'],
    ['/api/v1/schema/alerter', 'SchemaMap'],
  ])('%s is as documented', async (path, schema) => {
    const { status, body } = await call('GET', path);
    expect([status, undocumented(schema, body)]).toEqual([200, []]);
  });

  test('schemas contain what a form needs', async () => {
    const { body } = await call('GET', '/api/v1/schema/monitor');
    expect(body).toMatchObject({
      http: {
        summary: expect.any(String),
        schema: { properties: { headers: { 'x-secret': true, 'x-kind': 'text-map' } } },
      },
    });
    const alerters = (await call('GET', '/api/v1/schema/alerter')).body;
    expect(alerters).toMatchObject({
      slack: { schema: { properties: { options: { properties: { token: { 'x-secret': true } } } } } },
    });
  });
});

describe('a long answer', () => {
  const get = (path: string, encoding: string): Promise<[string | undefined, number, string]> =>
    new Promise((resolve, reject) => {
      httpRequest(`${open.url}${path}`, { headers: { 'accept-encoding': encoding } }, (response) => {
        const pieces: Buffer[] = [];
        response.on('data', (piece: Buffer) => pieces.push(piece));
        response.on('end', () => {
          const body = Buffer.concat(pieces);
          const { 'content-encoding': encoded, vary } = response.headers;
          const text = (encoded === 'gzip' ? gunzipSync(body) : body).toString();
          expect(vary).toContain('Accept-Encoding');
          resolve([encoded, body.length, text]);
        });
      })
        .on('error', reject)
        .end();
    });

  test('is compressed for clients that accept that', async () => {
    const [plain, length, text] = await get('/api/v1/schema/monitor', 'identity');
    const [encoded, fewer, same] = await get('/api/v1/schema/monitor', 'gzip, br');
    expect([plain, encoded, same]).toEqual([undefined, 'gzip', text]);
    expect(fewer).toBeLessThan(length / 3);
  });
});

describe('documentation', () => {
  test('is served, and loads nothing from elsewhere', async () => {
    const document = await call('GET', '/openapi.json');
    expect(document.body).toMatchObject({ openapi: '3.1.0' });
    const page = await call('GET', '/docs');
    const sources = [...page.text.matchAll(/(?:src|href)=["']([^"']+)["']/g)].map(([, source]) => source as string);
    expect(sources.length).toBeGreaterThan(3);
    for (const source of sources) {
      const asset = await call('GET', new URL(source, `${open.url}/docs`).pathname);
      expect([source, source.startsWith('http'), asset.status]).toEqual([source, false, 200]);
    }
    expect(page.text).not.toMatch(/<script(?![^>]*src=)/);
  });

  test('/ redirects to the dashboard, and all its own paths are one page', async () => {
    const { status, headers } = await call('GET', '/');
    expect([status, headers.get('location')]).toEqual([302, '/ui/']);
    const page = await call('GET', '/ui/');
    expect(page.headers.get('content-type')).toContain('text/html');
    expect((await call('GET', '/ui/monitors/x')).text).toBe(page.text);
  });
});

describe('without etcd', () => {
  test('answers nothing as if it were empty, and health says what is missing', async () => {
    const lost = await startApi('http://127.0.0.1:1', { ready: false });
    try {
      const ask = callerOf(lost.url);
      expect((await ask('GET', '/livez')).status).toBe(200);
      expect((await ask('GET', '/readyz')).status).toBe(503);
      for (const path of ['/api/v1/monitor', '/api/v1/state', '/api/v1/stream']) {
        const { status, body } = await ask('GET', path);
        expect([path, status, undocumented('Problem', body)]).toEqual([path, 503, []]);
      }
      expect((await ask('PUT', '/api/v1/monitor/x', tcp())).status).toBe(503);
    } finally {
      await lost.stop();
    }
  }, 20_000);

  test('reading continues from memory, writing is refused', async () => {
    const own = await startEtcd();
    const api = await startApi(own.endpoint);
    try {
      const ask = callerOf(api.url);
      await ask('PUT', '/api/v1/monitor/kept', tcp());
      await own.stop();
      expect((await ask('GET', '/api/v1/monitor/kept')).body).toEqual(tcp());
      const refused = await ask('PUT', '/api/v1/monitor/kept', tcp({ port: 2 }));
      expect([refused.status, undocumented('Problem', refused.body)]).toEqual([503, []]);
    } finally {
      await api.stop();
    }
  }, 40_000);
});
