import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { CallRecord } from '@9volt/contracts';
import { decode } from '@9volt/etcd-dal';
import { startEtcd, type TestEtcd, uniquePrefix } from '@9volt/etcd-dal/testing';
import { type Call, callerOf } from '../testing/http.js';
import { startApi, type TestApi } from '../testing/start-api.js';

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
  second = await startApi(etcd.endpoint, { prefix, accessTokens: ['t'] });
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

/** A call a second and more ago is as if there had been none. */
async function longAfter(name: string): Promise<void> {
  const { client, keys } = first.node;
  const known = await record(name);
  if (!known?.last) return;
  const last = { ...known.last, at: new Date(Date.parse(known.last.at) - 1_000).toISOString() };
  await client.txn({ compare: [], then: [{ put: keys.push(name), value: JSON.stringify({ ...known, last }) }] });
}

describe('a call of a job', () => {
  it('is written down with what it says, by any node and without an access token', async () => {
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

  it('is taken once a second, whichever node is called', async () => {
    await longAfter('nightly');
    const calls = await Promise.all(
      [first, second, first, second].map((api) => callerOf(api.url)('POST', path, { message: api.url })),
    );
    expect(calls.map(({ status }) => status).sort()).toEqual([200, 429, 429, 429]);
    expect(calls.find(({ status }) => status === 429)?.headers.get('retry-after')).toBe('1');
  });

  it.each([
    [{ state: 'ok' }, '/state'],
    [{ status: 'unknown' }, '/status'],
    [{ message: 'x'.repeat(1_025) }, '/message'],
    [{ latency: 'soon' }, '/latency'],
  ])('that says %j is refused', async (body, pointer) => {
    const answer = await call('POST', path, body);
    expect(answer).toMatchObject({ status: 400, body: { errors: [{ pointer }] } });
    expect(answer.text).not.toContain(TOKEN);
  });

  it('reaches its monitor under a new token, and no longer under the old one', async () => {
    await call('PATCH', '/api/v1/monitor/nightly', { token: `${TOKEN}-new` });
    expect((await call('POST', path)).status).toBe(404);
    await longAfter('nightly');
    expect((await call('POST', `${path}-new`)).status).toBe(200);
    await call('DELETE', '/api/v1/monitor/nightly');
    expect((await call('POST', `${path}-new`)).status).toBe(404);
  });

  it('begins anew with a new monitor of the same name', async () => {
    const old = await record('nightly');
    await call('PUT', '/api/v1/monitor/nightly', job());
    expect((await call('POST', path)).status).toBe(200);
    expect((await record('nightly'))?.createRevision).toBeGreaterThan(old?.createRevision ?? Infinity);
  });

  it('is not answered with its token, and neither is the monitor', async () => {
    const answers = [
      await call('POST', `${path}x`),
      await call('GET', '/api/v1/monitor/nightly'),
      await call('GET', '/api/v1/monitor'),
    ];
    for (const { text } of answers) expect(text).not.toContain(TOKEN);
    expect(answers[0]?.body).toMatchObject({ instance: '/api/v1/push/********' });
    expect((await call('GET', path)).status).toBe(404);
  });
});
