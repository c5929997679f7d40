import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { encode } from '@9volt/etcd-dal';
import { startEtcd, type TestEtcd } from '@9volt/etcd-dal/testing';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { CANARY, event, http, slack, state, tcp, written } from '../testing/fixtures.js';
import { type Call, callerOf } from '../testing/http.js';
import { startApi, type TestApi } from '../testing/start-api.js';

const ajv = new Ajv2020({ strict: false, allErrors: true });
(addFormats as unknown as (ajv: Ajv2020) => void)(ajv);
const document = JSON.parse(readFileSync(new URL('../../openapi-v2.json', import.meta.url), 'utf8')) as object;
ajv.addSchema(document, 'v2');
function undocumented(schema: string, value: unknown): unknown[] {
  const validate = ajv.getSchema(`v2#/components/schemas/${schema}`);
  void validate?.(value);
  return validate?.errors ?? (validate ? [] : [`no schema ${schema}`]);
}

let etcd: TestEtcd;
let api: TestApi;
let call: Call;

beforeAll(async () => {
  etcd = await startEtcd();
  api = await startApi(etcd.endpoint);
  call = callerOf(api.url);
  const { keys } = api.node;
  await api.settled(
    await written(
      api.node,
      ...['a', 'b', 'c', 'd', 'e'].map((name) => ({ put: keys.monitor(name), value: encode(tcp({ tags: ['shop'] })) })),
      { put: keys.monitor('web'), value: encode(http({ headers: { Authorization: CANARY } })) },
      { put: keys.alerter('team'), value: encode(slack()) },
      state(api.node, 'a'),
      state(api.node, 'web', { status: 'critical', count: 2, message: 'refused' }),
      event(api.node, 'e1', { monitor: 'a' }),
      event(api.node, 'e2'),
    ),
  );
}, 30_000);
afterAll(async () => {
  await api.stop();
  await etcd.stop();
});

type Named = { name: string }[];

describe('a list', () => {
  test.each([
    ['monitor', 'MonitorEntryList', 6],
    ['state', 'MonitorStatusList', 6],
    ['alerter', 'AlerterEntryList', 1],
    ['event', 'EventEntryList', 2],
  ])('of each %s is an array, as documented, without keys of etcd', async (noun, schema, total) => {
    const { status, body, headers, text } = await call('GET', `/api/v2/${noun}`);
    expect([status, (body as unknown[]).length, headers.get('x-total-count')]).toEqual([200, total, String(total)]);
    expect(undocumented(schema, body)).toEqual([]);
    expect(text).not.toContain(CANARY);
    expect(text).not.toContain(api.node.keys.root);
    expect(headers.get('link')).toBeNull();
  });

  test('is read page by page along its Link, whatever comes and goes meanwhile', async () => {
    const seen: string[] = [];
    let path: string | undefined = '/api/v2/monitor?limit=2&tags=shop';
    while (path !== undefined) {
      const { body, headers } = await call('GET', path);
      seen.push(...(body as Named).map(({ name }) => name));
      path = /^<(.*)>; rel="next"$/.exec(headers.get('link') ?? '')?.[1];
      if (seen.length === 2) {
        const { keys } = api.node;
        await api.settled(
          await written(
            api.node,
            { delete: keys.monitor('a') },
            { put: keys.monitor('aa'), value: encode(tcp({ tags: ['shop'] })) },
          ),
        );
      }
    }
    expect(seen).toEqual(['a', 'b', 'c', 'd', 'e']);
  });

  test.each(['limit=0', 'limit=1001', 'limit=x', 'cursor=!', 'page=1', 'sort=name', 'nonsense=1', 'status=bogus'])(
    'is not asked for with %s',
    async (query) => {
      const { status, body } = await call('GET', `/api/v2/state?${query}`);
      expect([status, undocumented('Problem', body)]).toEqual([400, []]);
    },
  );

  test('of events has the newest first, and filters', async () => {
    const { body } = await call('GET', '/api/v2/event?monitor=a');
    expect(body).toMatchObject([{ id: 'e1', memberId: 'w1', monitor: 'a', alerter: null, details: null }]);
  });
});

test('a state says nothing where there is nothing to say', async () => {
  expect((await call('GET', '/api/v2/state/b')).body).toMatchObject({ message: null, latencyMs: null, worker: null });
  const { body } = await call('GET', '/api/v2/state/web');
  expect(undocumented('MonitorStatus', body)).toEqual([]);
  expect(body).toMatchObject({ type: 'http', failures: 2, message: 'refused', storedStatus: 'critical' });
  expect((await call('GET', '/api/v2/state/nobody')).status).toBe(404);
});

describe('several changes at once', () => {
  const bulk = (operations: unknown, headers?: Record<string, string>): ReturnType<Call> =>
    call('POST', '/api/v2/monitor/bulk', { operations }, headers);

  test('succeed or fail one by one', async () => {
    const { status, body } = await bulk([
      { op: 'put', name: 'new', config: tcp() },
      { op: 'put', name: 'odd', config: { type: 'tcp', intervall: '1s' } },
      { op: 'patch', name: 'nobody', config: { disable: true } },
      { op: 'patch', name: 'new', config: { disable: true }, revision: 1 },
      { op: 'delete', name: 'new' },
    ]);
    expect([status, undocumented('BulkAnswer', body)]).toEqual([200, []]);
    expect(body).toMatchObject({
      succeeded: 2,
      failed: 3,
      results: [
        { name: 'new', ok: true, revision: expect.any(Number), error: null },
        {
          name: 'odd',
          ok: false,
          error: { status: 400, errors: expect.arrayContaining([expect.objectContaining({ suggestion: 'interval' })]) },
        },
        { name: 'nobody', ok: false, error: { status: 404 } },
        { name: 'new', ok: false, error: { status: 412 } },
        { op: 'delete', name: 'new', ok: true, revision: null },
      ],
    });
  });

  test.each([
    [7],
    [[7]],
    [[{ op: 'get', name: 'a' }]],
    [[{ op: 'put', name: 'a' }]],
    [[{ op: 'delete', name: 'a', more: 1 }]],
  ])('are refused as a whole if they are none: %j', async (operations) => {
    const { status, body } = await bulk(operations);
    expect([status, undocumented('Problem', body)]).toEqual([400, []]);
  });

  test('with the same Idempotency-Key happen once', async () => {
    const key = { 'idempotency-key': 'k1' };
    const made = [{ op: 'put', name: 'once', config: tcp() }];
    const [first, second] = await Promise.all([bulk(made, key), bulk(made, key)]);
    expect(second.body).toEqual(first.body);
    await bulk([{ op: 'delete', name: 'once' }]);
    expect((await bulk(made, key)).body).toEqual(first.body);
    expect((await call('GET', '/api/v2/monitor/once')).status).toBe(404);
    expect((await bulk([{ op: 'delete', name: 'a' }], key)).status).toBe(409);
    expect((await bulk(made, { 'idempotency-key': 'a b' })).status).toBe(400);
  });
});

test.each([
  ['DELETE', '/api/v1/monitor', 'GET, HEAD, POST'],
  ['POST', '/api/v1/state/web', 'GET, HEAD'],
  ['PUT', '/api/v2/state', 'GET, HEAD'],
  ['GET', '/api/v2/monitor/web/run', 'POST'],
])('%s %s is answered with the methods that exist', async (method, path, allowed) => {
  const { status, headers, body } = await call(method, path);
  expect([status, headers.get('allow'), undocumented('Problem', body)]).toEqual([405, allowed, []]);
  expect((await call(method, '/api/v2/nothing')).status).toBe(404);
});
