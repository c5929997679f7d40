import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startEtcd, type TestEtcd, uniquePrefix } from '@9volt/etcd-dal/testing';
import { encode } from '@9volt/etcd-dal';
import { tcp, written } from '../testing/fixtures.js';
import { type Call, callerOf } from '../testing/http.js';
import { startApi, type TestApi } from '../testing/start-api.js';
import { undocumented } from '../testing/strict.js';

const TOKEN = 'a-token-of-a-person';
const OTHER = 'another-token-of-a-job';
const prefix = uniquePrefix();

let etcd: TestEtcd;
let api: TestApi;
let call: Call;

beforeAll(async () => {
  etcd = await startEtcd();
  api = await startApi(etcd.endpoint, { prefix, accessTokens: [OTHER, TOKEN] });
  call = callerOf(api.url);
  const { keys } = api.node;
  await api.settled(await written(api.node, { put: keys.monitor('web'), value: encode(tcp()) }));
}, 30_000);
afterAll(async () => {
  await api.stop();
  await etcd.stop();
});

async function signedIn(body: object = { token: TOKEN }): Promise<string> {
  const { status, headers } = await call('POST', '/api/v1/session', body);
  expect(status).toBe(200);
  return (headers.get('set-cookie') as string).split(';')[0] as string;
}

describe('a browser', () => {
  test('learns whether it has to sign in, without an error', async () => {
    const { status, body } = await call('GET', '/api/v1/session');
    expect([status, body, undocumented('SignedIn', body)]).toEqual([
      200,
      { required: true, signedIn: false, expiresAt: null },
      [],
    ]);
  });

  test('signs in once: the cookie counts as the token', async () => {
    expect((await call('GET', '/api/v1/state')).status).toBe(401);
    const cookie = await signedIn();
    expect((await call('GET', '/api/v1/state', undefined, { cookie })).status).toBe(200);
    expect((await call('GET', '/metrics', undefined, { cookie })).status).toBe(200);
    const { body } = await call('GET', '/api/v1/session', undefined, { cookie });
    expect(body).toMatchObject({ required: true, signedIn: true, expiresAt: expect.any(String) });
    const hours = (Date.parse((body as { expiresAt: string }).expiresAt) - Date.now()) / 3_600_000;
    expect(hours).toBeGreaterThan(11.9);
    expect(hours).toBeLessThanOrEqual(12);
  });

  test('stays signed in if its user asks for that', async () => {
    const { headers } = await call('POST', '/api/v1/session', { token: TOKEN, stay: true }, { origin: api.url });
    expect(headers.get('set-cookie')).toMatch(/Max-Age=2592000; Path=\/; HttpOnly; SameSite=Strict$/);
  });

  test('is not signed in with a wrong token, or none', async () => {
    for (const [body, status] of [
      [{ token: 'wrong-token-of-nobody' }, 401],
      [{ token: 7 }, 400],
      [{}, 400],
      [{ token: TOKEN, stay: 'yes' }, 400],
    ] as const) {
      const answer = await call('POST', '/api/v1/session', body);
      expect([body, answer.status, answer.headers.get('set-cookie')]).toEqual([body, status, null]);
    }
  });

  test('changes nothing by its cookie alone, which a page of another site may cause', async () => {
    const cookie = await signedIn();
    const change = (more: object): ReturnType<Call> =>
      call('PATCH', '/api/v1/monitor/web', { description: 'x' }, { cookie, ...more });
    expect((await change({})).status).toBe(401);
    expect((await change({ 'x-requested-with': '9volt', origin: 'https://evil.example' })).status).toBe(403);
    expect((await change({ 'x-requested-with': '9volt', 'sec-fetch-site': 'same-site' })).status).toBe(403);
    expect((await call('GET', '/api/v1/monitor/web?disable=true', undefined, { cookie })).status).toBe(403);
    expect((await change({ 'x-requested-with': '9volt' })).status).toBe(200);
  });

  test('signs out', async () => {
    const { status, headers } = await call('DELETE', '/api/v1/session', undefined, { cookie: await signedIn() });
    expect(status).toBe(200);
    const ended = headers.getSetCookie();
    expect(ended).toContain(`${(await signedIn()).split('=')[0]}=; Max-Age=0; Path=/; HttpOnly; SameSite=Strict`);
  });
});

test('a session counts on every node, after a restart, and ends with its token', async () => {
  const cookie = await signedIn();
  const statusAt = async (accessTokens: string[]): Promise<number> => {
    const another = await startApi(etcd.endpoint, { prefix, accessTokens, flags: { memberId: 'api-2' } });
    const { status } = await callerOf(another.url)('GET', '/api/v1/state', undefined, { cookie });
    await another.stop();
    return status;
  };
  expect(await statusAt([TOKEN])).toBe(200);
  expect(await statusAt(['a-new-token-of-people', OTHER])).toBe(401);
}, 30_000);

test('an API without tokens needs no session', async () => {
  const open = await startApi(etcd.endpoint, { prefix, flags: { memberId: 'api-3' } });
  const free = callerOf(open.url);
  const answers = [await free('GET', '/api/v1/session'), await free('POST', '/api/v1/session', { token: 'x' })];
  for (const { status, body, headers } of answers) {
    expect([status, body]).toEqual([200, { required: false, signedIn: true, expiresAt: null }]);
    expect(headers.get('set-cookie')).toBeNull();
  }
  await open.stop();
}, 30_000);
