import { connect, type Socket } from 'node:net';
import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startEtcd, type TestEtcd, uniquePrefix, waitFor } from '@9volt/etcd-dal/testing';
import { tcp } from './testing/fixtures.js';
import { type Call, callerOf } from './testing/http.js';
import { startApi, type TestApi } from './testing/start-api.js';

const TOKEN = 'a-token-of-this-spec';
const LIMITS = { maxConnections: '12', maxConnectionsPerAddress: '8', maxStreams: '3', maxStreamsPerAddress: '2' };
const SOON = { headersMs: 500, requestMs: 1_000, idleMs: 2_000, everyMs: 50 };

let etcd: TestEtcd;
let open: TestApi;
let guarded: TestApi;
let narrow: TestApi;
let call: Call;

beforeAll(async () => {
  etcd = await startEtcd();
  const prefix = uniquePrefix();
  [open, guarded, narrow] = await Promise.all([
    startApi(etcd.endpoint, { prefix }),
    startApi(etcd.endpoint, { prefix, accessTokens: [TOKEN] }),
    startApi(etcd.endpoint, { prefix, flags: LIMITS, timeouts: SOON }),
  ]);
  call = callerOf(open.url);
  await call('PUT', '/api/v1/monitor/web', tcp());
}, 30_000);

afterAll(async () => {
  await Promise.all([open, guarded, narrow].map((api) => api.stop()));
  await etcd.stop();
});

/** The answer to these bytes; the client sends nothing more, and closes nothing. */
class RawClient {
  answer = '';
  closed = false;

  private constructor(readonly socket: Socket) {
    socket.on('data', (bytes: Buffer) => (this.answer += bytes.toString()));
    socket.on('error', () => undefined);
    socket.on('close', () => (this.closed = true));
  }

  static open(url: string, bytes: string, localAddress = '127.0.0.1'): RawClient {
    const { hostname: host, port } = new URL(url);
    const socket = connect({ host, port: Number(port), localAddress });
    socket.write(bytes);
    return new RawClient(socket);
  }

  async answered(): Promise<string> {
    await waitFor(() => this.answer.includes('\r\n\r\n'), { timeoutMs: 5_000 });
    this.socket.destroy();
    return this.answer.split('\r\n')[0] ?? '';
  }
}

const head = (line: string, ...headers: string[]): string =>
  `${[`${line} HTTP/1.1`, 'Host: 127.0.0.1', ...headers].join('\r\n')}\r\n\r\n`;
const UNFINISHED = ['Content-Type: application/json', 'Content-Length: 60000'];

describe('a body that was announced and not sent', () => {
  it.each([
    ['without a token', () => guarded, 'POST /api/v1/monitor', UNFINISHED, 401],
    ['without a token, in chunks', () => guarded, 'PUT /api/v1/monitor/x', ['Transfer-Encoding: chunked'], 401],
    ['to the address of no job', () => guarded, 'POST /api/v1/push/no-token-of-any-job', UNFINISHED, 404],
    ['to the address of no job', () => open, 'POST /api/v1/push/no-token-of-any-job/', UNFINISHED, 404],
    ['of a form', () => open, 'POST /api/v1/monitor', ['Content-Type: text/plain', 'Content-Length: 9'], 415],
    ['from another site', () => open, 'POST /api/v1/monitor', ['Origin: http://evil.example.com', ...UNFINISHED], 403],
    ['to nowhere', () => guarded, 'POST /api/v1/nothing', UNFINISHED, 404],
  ])('%s is refused unread: %#', async (_what, api, line, headers, status) => {
    const client = RawClient.open(api().url, head(line, ...headers));
    expect(await client.answered()).toContain(`HTTP/1.1 ${status} `);
  });

  it('is refused before it is read if it is too long for its route', async () => {
    const refused = [
      ['PATCH /api/v1/cluster/config', 65_537],
      ['PUT /api/v1/monitor/x', 1_048_577],
      ['POST /api/v1/monitor', 4_194_305],
    ].map(([line, length]) =>
      RawClient.open(open.url, head(String(line), 'Content-Type: application/json', `Content-Length: ${length}`)),
    );
    for (const client of refused) expect(await client.answered()).toContain('HTTP/1.1 413 ');
  });
});

it('a repeated parameter, or one that is a map, is no defect of ours', async () => {
  for (const path of [
    'event?type=x&type=y',
    'monitor/web?disable=true&disable=x',
    'state?q=1&q=2',
    'result?since=a&since=b',
  ]) {
    for (const query of [path, path.replaceAll('=', '[]='), path.replaceAll('=', '[a]=')]) {
      const { status } = await call('GET', `/api/v1/${query}`, undefined, { 'x-requested-with': 'jest' });
      expect([query, status < 500]).toEqual([query, true]);
    }
  }
  expect((await call('GET', '/api/v1/stream?types=state&types=evnt')).status).toBe(400);
});

describe('an empty body', () => {
  it.each([
    ['DELETE', '/api/v1/monitor/absent', 404],
    ['GET', '/api/v1/monitor/web', 200],
    ['POST', '/api/v1/monitor/absent/run', 404],
    ['PUT', '/api/v1/cluster/drain/a-worker', 201],
    ['DELETE', '/api/v1/cluster/drain/a-worker', 200],
    ['HEAD', '/api/v1/monitor', 200],
  ])('is none: %s %s', async (method, path, status) => {
    for (const type of ['application/json', 'text/plain', 'application/x-www-form-urlencoded', 'nonsense', '']) {
      for (const length of [[], ['Content-Length: 0']]) {
        const client = RawClient.open(open.url, head(`${method} ${path}`, `Content-Type: ${type}`, ...length));
        const answer = await client.answered();
        expect([type, length, answer]).toEqual([type, length, expect.stringMatching(/^HTTP\/1\.1 (200|404|201) /)]);
        if (method !== 'DELETE' && method !== 'PUT') expect(answer).toContain(` ${status} `);
      }
    }
  });

  it('in chunks is none either', async () => {
    const chunked = `${head('DELETE /api/v1/monitor/absent', 'Content-Type: application/json', 'Transfer-Encoding: chunked')}0\r\n\r\n`;
    expect(await RawClient.open(open.url, chunked).answered()).toContain('HTTP/1.1 404 ');
  });
});

describe('JSON', () => {
  it.each(['[', '{"a":', '[{"type":'])('that opens %j without end is refused', async (opening) => {
    for (const [method, path] of [
      ['PUT', '/api/v1/monitor/x'],
      ['PATCH', '/api/v1/monitor/web'],
      ['POST', '/api/v1/monitor'],
      ['POST', '/api/v1/alerter/test'],
      ['PATCH', '/api/v1/cluster/config'],
    ] as const) {
      const answer = await call(method, path, opening.repeat(6_000));
      expect([path, answer.status]).toEqual([path, 400]);
    }
  });

  it('with many unknown attributes is refused at once, with a short answer', async () => {
    const body = Object.fromEntries(Array.from({ length: 30_000 }, (_, n) => [`attribute-${n}`, n]));
    const answer = await call('PUT', '/api/v1/monitor/x', { ...tcp(), ...body });
    expect([answer.status, answer.text.length < 50_000]).toEqual([400, true]);
  });

  it('with tens of thousands of configurations is refused, and delays nobody', async () => {
    const many = (count: number): object =>
      Object.fromEntries(Array.from({ length: count }, (_, n) => [`m${n}`, { ...tcp(), port: n < 9_800 ? 1 : 0 }]));
    expect((await call('POST', '/api/v1/monitor', many(20_000))).status).toBe(413);
    let longestMs = 0;
    let done = false;
    const pushed = call('POST', '/api/v1/monitor', many(10_000)).finally(() => (done = true));
    while (!done) {
      const before = performance.now();
      await callerOf(open.url)('GET', '/livez');
      longestMs = Math.max(longestMs, performance.now() - before);
    }
    const refused = await pushed;
    expect([refused.status, (refused.body as { errors: unknown[] }).errors.length]).toEqual([400, 100]);
    expect(longestMs).toBeLessThan(1_000);
  });

  it('with unknown alerters is refused with a short answer', async () => {
    const names = Array.from({ length: 900 }, (_, n) => `alerter-${n}`);
    const one = tcp({ 'critical-alerter': [...names, 'x'.repeat(60_000)] });
    const answer = await call('POST', '/api/v1/monitor', { a: one, b: one, c: one });
    expect([answer.status, (answer.body as { errors: unknown[] }).errors.length]).toEqual([400, 100]);
  });
});

describe('a page of another site', () => {
  const from = (method: string, path: string, headers: Record<string, string>): Promise<number> =>
    new Promise((resolve, reject) => {
      request(`${open.url}${path}`, { method, headers }, (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      })
        .on('error', reject)
        .end();
    });

  // A picture: browsers send no site and no Origin to these hosts.
  it.each(['0.0.0.0', '[::ffff:127.0.0.1]', '[::ffff:7f00:1]', '127.0.0.1', 'localhost', 'evil.example.com'])(
    'changes nothing by a picture from %s',
    async (host) => {
      for (const method of ['GET', 'HEAD']) {
        expect(await from(method, '/api/v1/monitor/web?disable=true', { host })).toBe(403);
      }
      expect((await call('GET', '/api/v1/monitor/web')).body).toEqual(tcp());
    },
  );

  it.each(['/metrics', '/status/errors', '/livez', '/api/v1/state', '/ui/', '/docs', '/openapi.json', '/nothing'])(
    'reads nothing of %s by a name of its own',
    async (path) => expect(await from('GET', path, { host: 'evil.example.com' })).toBe(403),
  );

  it('may link to the dashboard, and to nothing else', async () => {
    const link = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' };
    expect(await from('GET', '/ui/monitor/web', link)).toBe(200);
    expect(await from('GET', '/api/v1/monitor/web', link)).toBe(403);
  });

  it.each(['null', 'http://evil.example.com', 'http://127.0.0.1:1'])('writes nothing: Origin %s', async (origin) => {
    const headers = { origin, 'content-type': 'application/json' };
    for (const method of ['PUT', 'POST', 'DELETE', 'PATCH', 'GET']) {
      expect(await from(method, '/api/v1/monitor/web', headers)).toBe(403);
    }
  });
});

describe('a node with low limits', () => {
  /** Until the connections of the test before are gone. */
  const idle = (): Promise<unknown> => waitFor(() => isFree(), { timeoutMs: 10_000 });
  const isFree = async (): Promise<boolean> => {
    const server = narrow.app.getHttpServer() as {
      getConnections(done: (error: unknown, count: number) => void): void;
    };
    return new Promise((resolve) => server.getConnections((_error, count) => resolve(count === 0)));
  };

  it.each([
    ['that say nothing', ''],
    ['that do not finish a head', 'GET /livez HTTP/1.1\r\nHost: 127.0.0.1\r\n'],
    ['that do not finish a body', `${head('PUT /api/v1/monitor/x', ...UNFINISHED)}{`],
    [
      'that do not finish a chunk',
      `${head('PUT /api/v1/monitor/x', 'Content-Type: application/json', 'Transfer-Encoding: chunked')}5\r\n{`,
    ],
  ])('closes connections %s, with the headers of every answer', async (_what, bytes) => {
    await idle();
    const clients = Array.from({ length: 8 }, () => RawClient.open(narrow.url, bytes));
    await waitFor(() => clients.every(({ closed }) => closed), { timeoutMs: 15_000 });
    for (const { answer } of clients) {
      expect(answer).toMatch(/^HTTP\/1\.1 408 /);
      expect(answer).toMatch(/cache-control: no-store/i);
    }
  });

  it('accepts a limited number of connections from one address, and in all', async () => {
    await idle();
    const mine = Array.from({ length: 10 }, () => RawClient.open(narrow.url, 'GET'));
    await waitFor(() => mine.filter(({ closed }) => closed).length === 2);
    const others = Array.from({ length: 6 }, () => RawClient.open(narrow.url, 'GET', '127.0.0.2'));
    await waitFor(() => others.filter(({ closed }) => closed).length === 2);
    for (const { socket } of [...mine, ...others]) socket.destroy();
    await idle();
    expect(await RawClient.open(narrow.url, head('GET /livez')).answered()).toContain(' 200 ');
  });

  it('serves a limited number of stream clients from one address, and in all', async () => {
    await idle();
    const stream = (address: string): RawClient => RawClient.open(narrow.url, head('GET /api/v1/stream'), address);
    const answers: string[] = [];
    const clients: RawClient[] = [];
    for (const address of ['127.0.0.1', '127.0.0.1', '127.0.0.1', '127.0.0.2', '127.0.0.3']) {
      const client = stream(address);
      clients.push(client);
      await waitFor(() => client.answer.includes('\r\n\r\n'));
      answers.push(client.answer.slice(9, 12));
    }
    expect(answers).toEqual(['200', '200', '429', '200', '429']);
    for (const { socket } of clients) socket.destroy();
    await waitFor(async () => {
      const client = stream('127.0.0.1');
      return (await client.answered()).includes(' 200 ');
    });
  });
});
