import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { RequestAnswer, WorkerRequest } from '@9volt/contracts';
import { commit, decode, encode, Informer, unchanged } from '@9volt/etcd-dal';
import { startEtcd, type TestEtcd } from '@9volt/etcd-dal/testing';
import { assignment, CANARY, http, member, slack, tcp, written } from '../testing/fixtures.js';
import { callerOf, type Call } from '../testing/http.js';
import { startApi, type TestApi } from '../testing/start-api.js';
import { undocumented } from '../testing/strict.js';

let etcd: TestEtcd;
let api: TestApi;
let call: Call;
let informer: Informer<WorkerRequest>;
/** The answer of a worker that answers at once; undefined: no worker answers. */
let answer: ((request: WorkerRequest) => RequestAnswer) | undefined;
const asked: WorkerRequest[] = [];

beforeAll(async () => {
  etcd = await startEtcd();
  api = await startApi(etcd.endpoint);
  call = callerOf(api.url);
  const { client, keys } = api.node;
  informer = new Informer<WorkerRequest>(client, {
    prefix: keys.requests,
    decode: ({ value }) => decode<WorkerRequest>(value),
    onChange: ({ key, after }) => {
      if (!after || after.value.answer || !answer) return;
      asked.push(after.value);
      const answered = { ...after.value, claimedBy: 'w1', answer: answer(after.value) };
      void commit(client, {
        compare: [unchanged(key, after.modRevision)],
        then: [{ put: key, value: encode(answered) }],
      });
    },
  });
  await informer.start();
  await call('POST', '/api/v1/monitor', { web: tcp(), off: tcp({ disable: true }), unassigned: tcp() });
  await call('PUT', '/api/v1/alerter/team', slack());
}, 30_000);

afterEach(async () => {
  answer = undefined;
  asked.length = 0;
  // Nothing of it stays, and no secret.
  expect((await api.node.client.list(api.node.keys.requests)).entries.map(({ key }) => key)).toEqual([]);
});

afterAll(async () => {
  await informer.stop();
  await api.stop();
  await etcd.stop();
});

const result = { status: 'critical', message: 'refused', latencyMs: 1.5, found: 'no answer' } as const;
const delivery = { outcome: 'rejected', answer: 'invalid_auth' };

describe('without a worker', () => {
  test.each([
    ['/api/v1/monitor/web/run', undefined],
    ['/api/v1/monitor/test', { config: tcp() }],
    ['/api/v1/alerter/team/test', undefined],
    ['/api/v1/alerter/test', { config: slack() }],
  ])('POST %s answers 503', async (path, body) => {
    const refused = await call('POST', path, body);
    expect([refused.status, undocumented('Problem', refused.body)]).toEqual([503, []]);
  });
});

describe('with a worker', () => {
  beforeAll(async () => {
    await api.settled(await written(api.node, member(api.node, 'w1'), assignment(api.node, 'w1', 'web', tcp())));
  });

  test('a monitor is run now', async () => {
    answer = () => ({ ok: true, result: { ...result, later: 'unknown to us' } as never });
    const done = await call('POST', '/api/v1/monitor/web/run');
    expect([done.status, done.body]).toEqual([200, result]);
    expect(undocumented('CheckResult', done.body)).toEqual([]);
    expect(asked.map(({ body }) => body)).toEqual([{ kind: 'run', monitor: 'web' }]);
  });

  test('tests a configuration, with the stored secrets in place of masks', async () => {
    const shown = { ...result, status: 'ok', answer: { status: '200', body: 'fine' } } as const;
    answer = () => ({ ok: true, result: shown });
    await call('PUT', '/api/v1/monitor/secret', http({ headers: { A: CANARY } }));
    const trial = { name: 'secret', config: http({ headers: { A: '********' }, expect: 'x' }) };
    const done = await call('POST', '/api/v1/monitor/test', trial);
    expect([done.status, done.body, undocumented('CheckResult', done.body)]).toEqual([200, shown, []]);
    expect(asked[0]?.body).toEqual({
      kind: 'test-monitor',
      name: 'secret',
      settings: http({ headers: { A: CANARY }, expect: 'x' }),
    });
    expect((await call('GET', '/api/v1/monitor/secret')).body).not.toHaveProperty('expect');
  });

  test('tests a configuration whose alerter and parents are not stored yet', async () => {
    answer = () => ({ ok: true, result: { ...result, status: 'ok' } });
    const config = tcp({ 'critical-alerter': ['of-the-same-file'], 'depends-on': ['of-the-same-file'] });
    expect((await call('POST', '/api/v1/monitor/test', { config })).status).toBe(200);
    expect((await call('PUT', '/api/v1/monitor/early', config)).status).toBe(400);
  });

  test('tests an alerter, stored or not', async () => {
    answer = () => ({ ok: true, delivery });
    for (const [path, body] of [
      ['/api/v1/alerter/team/test', undefined],
      ['/api/v1/alerter/test', { config: slack() }],
    ] as const) {
      const done = await call('POST', path, body);
      expect([done.status, done.body, undocumented('Delivery', done.body)]).toEqual([200, delivery, []]);
    }
    expect(asked.map(({ body }) => body.kind === 'test-alerter' && body.settings)).toEqual([slack(), slack()]);
  });

  test('reports what the worker refuses', async () => {
    answer = () => ({ ok: false, message: 'not mine any more' });
    const refused = await call('POST', '/api/v1/monitor/web/run');
    expect([refused.status, refused.body]).toEqual([503, expect.objectContaining({ message: 'not mine any more' })]);
  });

  test('no answer in time is 504', async () => {
    const late = await call('POST', '/api/v1/monitor/test', { config: tcp({ timeout: '1ms' }) });
    expect([late.status, undocumented('Problem', late.body)]).toEqual([504, []]);
  }, 20_000);

  test.each([
    ['/api/v1/monitor/nobody/run', undefined, 404],
    ['/api/v1/monitor/off/run', undefined, 409],
    ['/api/v1/monitor/unassigned/run', undefined, 503],
    ['/api/v1/monitor/test', { config: tcp(), 'member-tag': 'mars' }, 503],
    ['/api/v1/monitor/test', { config: { type: 'tcp' } }, 400],
    ['/api/v1/monitor/test', { config: tcp(), nam: 'x' }, 400],
    ['/api/v1/monitor/test', undefined, 400],
    ['/api/v1/alerter/nobody/test', undefined, 404],
    ['/api/v1/alerter/test', { config: slack({ options: {} }) }, 400],
  ])('POST %s with %j is refused with %i', async (path, body, status) => {
    const refused = await call('POST', path, body);
    expect([refused.status, undocumented('Problem', refused.body)]).toEqual([status, []]);
  });

  test('faults point into what was sent', async () => {
    const { body } = await call('POST', '/api/v1/monitor/test', { config: tcp({ port: 'x' }) });
    expect(body).toMatchObject({ errors: [{ pointer: '/config/port' }] });
  });
});
