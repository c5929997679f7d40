import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startEtcd, type TestEtcd } from '@9volt/etcd-dal/testing';
import { CANARY, slack, tcp, written } from '../testing/fixtures.js';
import { callerOf, type Call } from '../testing/http.js';
import { startApi, type TestApi } from '../testing/start-api.js';
import { undocumented } from '../testing/strict.js';

let etcd: TestEtcd;
let api: TestApi;
let call: Call;

beforeAll(async () => {
  etcd = await startEtcd();
  api = await startApi(etcd.endpoint);
  call = callerOf(api.url);
}, 30_000);

afterAll(async () => {
  await api.stop();
  await etcd.stop();
});

const stored = async (name: string): Promise<unknown> => {
  const entry = await api.node.client.get(api.node.keys.alerter(name));
  return entry && JSON.parse(entry.value.toString());
};

const MASKED_SLACK = slack({ options: { token: '********', channel: '#alerts' } });

describe('an alerter', () => {
  test('is created, shown without its secrets, changed with them kept', async () => {
    const created = await call('PUT', '/api/v1/alerter/team', slack());
    expect([created.status, created.body]).toEqual([201, MASKED_SLACK]);
    const shown = await call('GET', '/api/v1/alerter/team');
    expect([shown.status, shown.body, shown.headers.get('etag')]).toEqual([
      200,
      MASKED_SLACK,
      created.headers.get('etag'),
    ]);
    expect(undocumented('Alerter', shown.body)).toEqual([]);
    const changed = await call('PUT', '/api/v1/alerter/team', { ...(shown.body as object), description: 'new' });
    expect(changed.status).toBe(200);
    expect(await stored('team')).toEqual(slack({ description: 'new' }));
    const merged = await call('PATCH', '/api/v1/alerter/team', { options: { channel: '#other' }, description: null });
    expect(merged.status).toBe(200);
    expect(await stored('team')).toEqual(slack({ options: { token: CANARY, channel: '#other' } }));
  });

  test('does not send its kept secret elsewhere', async () => {
    await call('PUT', '/api/v1/alerter/guarded', slack());
    for (const [method, body] of [
      ['PATCH', { options: { 'api-url': 'https://evil.example.com' } }],
      ['PUT', slack({ options: { token: '********', channel: '#a', 'api-url': 'https://evil.example.com' } })],
    ] as const) {
      const refused = await call(method, '/api/v1/alerter/guarded', body);
      expect([method, refused.status, refused.body]).toEqual([
        method,
        400,
        expect.objectContaining({ errors: [expect.objectContaining({ pointer: '/options/token' })] }),
      ]);
    }
    expect(await stored('guarded')).toEqual(slack());
  });

  test('a mask without a stored secret is a fault', async () => {
    expect((await call('PUT', '/api/v1/alerter/none', MASKED_SLACK)).body).toMatchObject({
      status: 400,
      errors: [{ pointer: '/options/token' }],
    });
  });

  test('faults never repeat the secret', async () => {
    const { status, text } = await call(
      'PUT',
      '/api/v1/alerter/bad',
      slack({ options: { token: [CANARY], chanel: 'x' } }),
    );
    expect(status).toBe(400);
    expect(text).toContain('/options/chanel');
    expect(text).not.toContain(CANARY);
  });

  test('in use is not removed, and the answer names its users', async () => {
    await call('PUT', '/api/v1/alerter/used', slack());
    await call('PUT', '/api/v1/monitor/user', tcp({ 'warning-alerter': ['used'] }));
    const refused = await call('DELETE', '/api/v1/alerter/used');
    expect([refused.status, refused.body]).toEqual([
      409,
      expect.objectContaining({ message: expect.stringContaining("'user'") }),
    ]);
    expect(undocumented('Problem', refused.body)).toEqual([]);
    await call('DELETE', '/api/v1/monitor/user');
    const done = await call('DELETE', '/api/v1/alerter/used');
    expect([done.status, done.body]).toEqual([200, { message: "Successfully removed alerter 'used'", status: 'OK' }]);
    const absent = await call('DELETE', '/api/v1/alerter/used');
    expect([absent.status, absent.body]).toEqual([
      404,
      expect.objectContaining({ message: "Unable to find any alerter named 'used'" }),
    ]);
  });

  test('conditions hold', async () => {
    const etag = (await call('PUT', '/api/v1/alerter/cond', slack())).headers.get('etag') as string;
    await call('PATCH', '/api/v1/alerter/cond', { description: 'x' });
    for (const method of ['PUT', 'PATCH', 'DELETE']) {
      const stale = await call(method, '/api/v1/alerter/cond', method === 'DELETE' ? undefined : slack(), {
        'if-match': etag,
      });
      expect([method, stale.status]).toEqual([method, 412]);
    }
    expect((await call('PUT', '/api/v1/alerter/cond', slack(), { 'if-none-match': '*' })).status).toBe(412);
    expect((await call('PATCH', '/api/v1/alerter/nobody', {})).status).toBe(404);
    expect((await call('GET', '/api/v1/alerter/nobody')).status).toBe(404);
  });
});

describe('alerters', () => {
  test('are pushed, listed by key, and paged', async () => {
    const push = await call('POST', '/api/v1/alerter', { p1: slack(), p2: slack({ description: 'the second' }) });
    expect(push.body).toEqual({ message: 'Pushed 2 configs; skipped 0 configs', status: 'OK' });
    // The masked secret is the stored one.
    const again = await call('POST', '/api/v1/alerter', { p1: MASKED_SLACK, p2: slack({ description: 'the second' }) });
    expect(again.body).toEqual({ message: 'Pushed 0 configs; skipped 2 configs', status: 'OK' });
    const all = await call('GET', '/api/v1/alerter');
    expect(all.body).toMatchObject({ [`${api.node.keys.root}alerter/p1`]: MASKED_SLACK });
    expect(undocumented('AlerterList', all.body)).toEqual([]);
    const page = await call('GET', '/api/v1/alerter?limit=5&q=second');
    expect(page.body).toEqual([{ name: 'p2', ...MASKED_SLACK, description: 'the second' }]);
    expect(undocumented('AlerterList', page.body)).toEqual([]);
    expect((await call('POST', '/api/v1/alerter', { p3: slack(), p4: {} })).status).toBe(400);
    expect(await stored('p3')).toBeUndefined();
  });

  test('written by hand and invalid are reported without their content', async () => {
    const value = JSON.stringify(slack({ options: { tokn: CANARY } }));
    const revision = await written(api.node, { put: api.node.keys.alerter('hand'), value });
    await api.settled(revision);
    const { status, text } = await call('GET', '/api/v1/alerter/hand');
    expect([status, text.includes('tokn'), text.includes(CANARY)]).toEqual([409, true, false]);
    const cluster = await call('GET', '/api/v1/cluster');
    expect(cluster.body).toMatchObject({ Quarantined: [{ kind: 'alerter', name: 'hand' }] });
    expect(cluster.text).not.toContain(CANARY);
  });
});
