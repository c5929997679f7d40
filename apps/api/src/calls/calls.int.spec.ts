import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { CallRecord } from '@9volt/contracts';
import { decode } from '@9volt/etcd-dal';
import { startEtcd, type TestEtcd, uniquePrefix } from '@9volt/etcd-dal/testing';
import { gzipSync } from 'node:zlib';
import { type Call, callerOf } from '../testing/http.js';
import { member } from '../testing/fixtures.js';
import { startApi, type TestApi } from '../testing/start-api.js';
import { undocumented } from '../testing/strict.js';

const TOKEN = 'canary-token-of-a-job';
const job = (more: object = {}): object => ({ type: 'push', token: TOKEN, interval: '1h', ...more });

let etcd: TestEtcd;
let first: TestApi;
let second: TestApi;
let call: Call;

beforeAll(async () => {
  etcd = await startEtcd();
  const prefix = uniquePrefix();
  first = await startApi(etcd.endpoint, { prefix });
  second = await startApi(etcd.endpoint, { prefix, accessTokens: ['a-token-of-this-spec'] });
  call = callerOf(first.url);
});
afterAll(async () => {
  await Promise.all([first, second].map((api) => api.stop()));
  await etcd.stop();
});

const path = `/api/v1/push/${TOKEN}`;

async function record(name: string): Promise<CallRecord | undefined> {
  const entry = await first.node.client.get(first.node.keys.push(name));
  return entry && decode<CallRecord>(entry.value);
}

/** A call more than a second ago has no effect on the next. */
async function longAfter(name: string): Promise<void> {
  const { client, keys } = first.node;
  const known = await record(name);
  if (!known?.last) return;
  const last = { ...known.last, at: new Date(Date.parse(known.last.at) - 1_000).toISOString() };
  await client.txn({ compare: [], then: [{ put: keys.push(name), value: JSON.stringify({ ...known, last }) }] });
}

describe('a call of a job', () => {
  it('is recorded with what it says, by any node and without an access token', async () => {
    expect((await call('POST', path)).status).toBe(404);
    expect((await call('PUT', '/api/v1/monitor/nightly', job())).status).toBe(201);
    const before = Date.now();
    const answer = await call('POST', path, { status: 'warning', message: 'one left', latency: '2.5s' });
    expect(answer).toMatchObject({ status: 200, body: { message: 'Received', status: 'OK' } });
    const known = await record('nightly');
    expect(known?.last).toMatchObject({ status: 'warning', message: 'one left', latencyMs: 2_500 });
    expect(Date.parse(known?.last?.at ?? '')).toBeGreaterThanOrEqual(before);
    await longAfter('nightly');
    await second.settled(
      await first.node.client.txn({ compare: [], then: [{ get: 'x' }] }).then(({ revision }) => revision),
    );
    expect((await callerOf(second.url)('POST', `${path}?status=critical&message=all%20left`)).status).toBe(200);
    expect(await record('nightly')).toMatchObject({
      createRevision: known?.createRevision,
      awaitedSince: known?.awaitedSince,
      last: { status: 'critical', message: 'all left' },
    });
  });

  it('is shown with the monitor, and not what came to an earlier one of this name', async () => {
    const shown = async (name: string): Promise<unknown> => {
      const { body } = await call('GET', `/api/v1/state/${name}`);
      expect(undocumented('StateDetail', body)).toEqual([]);
      return (body as { calls: unknown }).calls;
    };
    const known = await record('nightly');
    expect(await shown('nightly')).toEqual({ last: known?.last?.at, awaitedSince: known?.awaitedSince });
    await call('PUT', '/api/v1/monitor/waits', job({ token: 'another-token-of-a-job' }));
    expect(await shown('waits')).toBeNull();
    const { client, keys } = first.node;
    const put = (value: object) =>
      client.txn({ compare: [], then: [{ put: keys.push('waits'), value: JSON.stringify(value) }] });
    const awaitedSince = '2026-01-01T00:00:00.000Z';
    await put({ createRevision: 1, awaitedSince, last: known?.last });
    expect(await shown('waits')).toBeNull();
    const entry = await client.get(keys.monitor('waits'));
    await put({ createRevision: entry?.createRevision, awaitedSince });
    expect(await shown('waits')).toEqual({ last: null, awaitedSince });
    await call('PUT', '/api/v1/monitor/other', { type: 'tcp', host: 'a', port: 1, interval: '1h' });
    expect(await shown('other')).toBeNull();
    await call('DELETE', '/api/v1/monitor/waits');
    await call('DELETE', '/api/v1/monitor/other');
  });

  it('is accepted once a second, whichever node gets it', async () => {
    await longAfter('nightly');
    const calls = await Promise.all(
      [first, second, first, second].map((api) => callerOf(api.url)('POST', path, { message: api.url })),
    );
    expect(calls.map(({ status }) => status).sort()).toEqual([200, 429, 429, 429]);
    expect(calls.find(({ status }) => status === 429)?.headers.get('retry-after')).toBe('1');
  });

  it('is recorded in the time of the workers, by a node whose clock is wrong', async () => {
    expect((await call('PUT', '/api/v1/monitor/nightly', job())).status).toBeLessThan(300);
    await longAfter('nightly');
    const { client, keys } = first.node;
    const aheadMs = 5 * 3_600_000;
    const workers = ['w1', 'w2'].map((id) =>
      member(first.node, id, { Role: 'worker', LastUpdated: new Date(Date.now() + aheadMs).toISOString() }),
    );
    await first.settled((await client.txn({ compare: [], then: workers })).revision);
    expect((await call('POST', path)).status).toBe(200);
    const at = Date.parse((await record('nightly'))?.last?.at ?? '');
    expect(Math.abs(at - Date.now() - aheadMs)).toBeLessThan(60_000);
    const gone = ['w1', 'w2'].map((id) => ({ delete: keys.member(id) }));
    await first.settled((await client.txn({ compare: [], then: gone })).revision);
  });

  it('has the present time right after an outage of etcd, when the keys of all workers are old', async () => {
    await longAfter('nightly');
    const { client, keys } = first.node;
    const workers = ['w1', 'w2'].map((id) =>
      member(first.node, id, { Role: 'worker', LastUpdated: new Date().toISOString() }),
    );
    await first.settled((await client.txn({ compare: [], then: workers })).revision);
    const now = Date.now.bind(Date);
    const later = jest.spyOn(Date, 'now').mockImplementation(() => now() + 120_000);
    try {
      expect((await call('POST', path)).status).toBe(200);
    } finally {
      later.mockRestore();
    }
    const at = Date.parse((await record('nightly'))?.last?.at ?? '');
    expect(Math.abs(at - Date.now() - 120_000)).toBeLessThan(20_000);
    const gone = ['w1', 'w2'].map((id) => ({ delete: keys.member(id) }));
    await first.settled((await client.txn({ compare: [], then: gone })).revision);
  });

  it('is accepted when another came more than a second ago, by a node whose clock is behind by just that', async () => {
    await longAfter('nightly');
    expect((await call('POST', path)).status).toBe(200);
    const { client, keys } = first.node;
    await new Promise((resolve) => setTimeout(resolve, 1_200));
    const known = (await record('nightly')) as CallRecord;
    const written = await client.get(keys.push('nightly'));
    jest.spyOn(first.node.stores.push, 'read').mockResolvedValueOnce({
      record: { ...known, last: { status: 'ok', at: new Date().toISOString() } },
      modRevision: written?.modRevision ?? 0,
    });
    expect((await call('POST', path)).status).toBe(200);
  });

  const curl = (text: string): [Record<string, string>, string] => [
    { 'content-type': 'application/x-www-form-urlencoded' },
    text,
  ];
  const plain = (text: string): [Record<string, string>, string] => [{ 'content-type': 'text/plain' }, text];
  const json = (value: unknown): [Record<string, string>, string] => [
    { 'content-type': 'application/json' },
    typeof value === 'string' ? value : JSON.stringify(value),
  ];
  const multipart: [Record<string, string>, string] = [
    { 'content-type': 'multipart/form-data; boundary=----------------------------0123' },
    '------------------------------0123\r\nContent-Disposition: form-data; name="message"\r\n\r\nby form\r\n------------------------------0123--\r\n',
  ];

  const typed = (type: string, body: Buffer, more: Record<string, string> = {}): [Record<string, string>, Buffer] => [
    { 'content-type': type, ...more },
    body,
  ];
  const marked = (text: string, encoding: 'utf8' | 'utf16le'): Buffer => Buffer.from(`\ufeff${text}`, encoding);
  const gzip = { 'content-encoding': 'gzip' };

  it.each<[string, string, [Record<string, string>, string | Buffer | undefined], object, string]>([
    ['POST', '', typed('application/json', marked('{"status":"warning"}', 'utf8')), { status: 'warning' }, ''],
    ['POST', '', typed('application/json', marked('{"message":"Zürich"}', 'utf16le')), { message: 'Zürich' }, ''],
    ['POST', '', typed('text/plain', marked('Zürich\r\n', 'utf16le')), { message: 'Zürich' }, ''],
    ['POST', '', typed('text/plain; charset=ISO-8859-1', Buffer.from('Zürich', 'latin1')), { message: 'Zürich' }, ''],
    ['POST', '', typed('text/plain; charset=nonsense', Buffer.from('Zürich')), { message: 'Zürich' }, ''],
    ['POST', '', typed('text/plain', gzipSync('packed'), gzip), { message: 'packed' }, ''],
    ['POST', '', typed('application/json', gzipSync('{"status":"critical"}'), gzip), { status: 'critical' }, ''],
    ['POST', '', typed('text/plain', gzipSync('x'.repeat(9e6)), gzip), { status: 'ok' }, 'ignored the body'],
    ['POST', '', typed('text/plain', Buffer.from('not packed'), gzip), { status: 'ok' }, 'ignored the body'],
    [
      'POST',
      '',
      typed('text/plain', Buffer.from('x'), { 'content-encoding': 'br' }),
      { status: 'ok' },
      'ignored the body',
    ],
    ['POST', '?message=100%', [{}, undefined], { message: '100%' }, ''],
    ['POST', '?message=a%ff', [{}, undefined], { message: expect.stringMatching(/^a/) }, ''],
    ['POST', '?STATUS=warning', [{}, undefined], { status: 'ok' }, '"STATUS" ignored'],
    ['POST', '?status', [{}, undefined], { status: 'ok' }, ''],
    ['POST', '?status=warning&', [{}, undefined], { status: 'warning' }, ''],
    ['POST', '?message=a%00b', [{}, undefined], { message: 'a\0b' }, ''],
    ['POST', '?latency=0s', [{}, undefined], { status: 'ok', latencyMs: 0 }, ''],
    ['POST', '?latency=0', [{}, undefined], { latencyMs: 0 }, ''],
    ['POST', '?latency=-1s', [{}, undefined], { status: 'ok' }, 'ignored the latency "-1s"'],
    ['POST', '?latency=s', [{}, undefined], { status: 'ok' }, 'latency "s"'],
    ['POST', '?latency=3y', [{}, undefined], { status: 'ok' }, 'latency "3y"'],
    ['POST', '?status=CRITICAL', [{}, undefined], { status: 'critical' }, ''],
    ['POST', '?status=ok&status=critical', [{}, undefined], { status: 'critical' }, ''],
    ['POST', '?status=failed', [{}, undefined], { status: 'warning' }, 'unknown status "failed"'],
    ['POST', '/', [{}, undefined], { status: 'ok' }, ''],
    ['POST', '/?status=warning', [{}, undefined], { status: 'warning' }, ''],
    ['GET', '?status=warning&message=x', [{}, undefined], { status: 'warning', message: 'x' }, ''],
    ['GET', '/', [{}, undefined], { status: 'ok' }, ''],
    ['HEAD', '?message=by%20head', [{}, undefined], { message: 'by head' }, ''],
    ['POST', '', curl('status=critical&message=a+b'), { status: 'critical', message: 'a b' }, ''],
    ['POST', '', curl('done, 5 = five rows'), { message: 'done, 5 = five rows' }, ''],
    ['POST', '', curl('{"status":"warning"}'), { status: 'warning' }, ''],
    ['POST', '', plain('all is well\n'), { message: 'all is well' }, ''],
    ['POST', '', multipart, { message: 'by form' }, ''],
    ['POST', '', [{ 'content-type': 'nonsense' }, 'x'], { status: 'ok' }, 'ignored the body: its type is nonsense'],
    ['POST', '', [{ 'content-type': 'image/png' }, 'x'], { status: 'ok' }, 'ignored the body: its type is image/png'],
    ['POST', '', json(''), { status: 'ok' }, ''],
    ['POST', '', json('{'), { status: 'ok' }, 'ignored the body: it is not a JSON object'],
    ['POST', '', json([1]), { status: 'ok' }, 'ignored the body: it is not a JSON object'],
    ['POST', '', json({ state: 'ok', a: 1, b: 2, c: 3 }), { status: 'ok' }, '"state", "a", "b" and 1 more ignored'],
    ['POST', '', json({ message: 'x'.repeat(1_100) }), { message: expect.stringMatching(/^x+… /) }, '1100 characters'],
    ['POST', '', json({ message: { rows: 1 } }), { message: '{"rows":1}' }, ''],
    ['POST', '', json('{"message":"x", "__proto__": {"status": "critical"}}'), { status: 'ok' }, '"__proto__" ignored'],
    ['POST', '?status=critical', plain('y'.repeat(70_000)), { status: 'critical' }, 'was cut'],
    ['POST', '', json(`{"a":${'['.repeat(20_000)}`), { status: 'ok' }, 'ignored the body: it is not a JSON object'],
  ])(
    'counts, by %s %s and with %j, as far as 9volt understands it',
    async (method, more, [headers, body], last, odd) => {
      await longAfter('nightly');
      const before = Date.now();
      const answer = await callerOf(first.url)(method, `${path}${more}`, body, headers);
      expect([answer.status, answer.text]).toEqual([200, expect.not.stringContaining(TOKEN)]);
      const known = await record('nightly');
      expect(known?.last).toMatchObject(last);
      expect(Date.parse(known?.last?.at ?? '')).toBeGreaterThanOrEqual(before);
      expect(known?.last?.message?.length ?? 0).toBeLessThanOrEqual(1_024);
      if (method === 'HEAD') return;
      const { message } = answer.body as { message: string };
      if (odd === '') expect(message).toBe('Received');
      else
        expect([message, known?.last?.message]).toEqual([expect.stringContaining(odd), expect.stringContaining(odd)]);
    },
  );

  it('reaches its monitor under a new token, and no longer under the old one', async () => {
    await call('PATCH', '/api/v1/monitor/nightly', { token: `${TOKEN}-new` });
    expect((await call('POST', path)).status).toBe(404);
    await longAfter('nightly');
    expect((await call('POST', `${path}-new`)).status).toBe(200);
    await call('DELETE', '/api/v1/monitor/nightly');
    expect((await call('POST', `${path}-new`)).status).toBe(404);
  });

  it('starts from zero with a new monitor of the same name', async () => {
    const old = await record('nightly');
    await call('PUT', '/api/v1/monitor/nightly', job());
    expect((await call('POST', path)).status).toBe(200);
    expect((await record('nightly'))?.createRevision).toBeGreaterThan(old?.createRevision ?? Infinity);
  });

  it('is answered without its token, and so is the monitor', async () => {
    const answers = [
      await call('POST', `${path}x`),
      await call('GET', '/api/v1/monitor/nightly'),
      await call('GET', '/api/v1/monitor'),
    ];
    for (const { text } of answers) expect(text).not.toContain(TOKEN);
    expect(answers[0]?.body).toMatchObject({ instance: '/api/v1/push/********' });
    expect((await call('GET', `${path}x`)).status).toBe(404);
  });
});
