import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startEtcd, type TestEtcd } from '@9volt/etcd-dal/testing';
import { event, written } from '../testing/fixtures.js';
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
  await api.settled(
    await written(
      api.node,
      event(api.node, 'a3', { memberid: 'w3-x7f3k2', type: 'status-changed', monitor: 'web', details: { from: 'ok' } }),
      event(api.node, 'a1', { type: 'error', memberid: 'w2', timestamp: '2026-06-01T12:00:00.000Z' }),
      event(api.node, 'a2', { type: 'warning', message: 'Late checks' }),
    ),
  );
}, 30_000);

afterAll(async () => {
  await api.stop();
  await etcd.stop();
});

describe('events', () => {
  test('are a map from id, newest first', async () => {
    const { body, headers } = await call('GET', '/api/v1/event');
    expect(Object.keys(body)).toEqual(['a3', 'a2', 'a1']);
    expect(headers.get('x-total-count')).toBe('3');
    expect(undocumented('EventList', body)).toEqual([]);
  });

  test.each([
    ['type=error,warning', ['a2', 'a1']],
    ['monitor=web', ['a3']],
    ['member=w2', ['a1']],
    ['member=w3', ['a3']],
    ['member=w3-x7f3k2', ['a3']],
    ['member=w', []],
    ['q=LATE', ['a2']],
    ['type=error&q=late', []],
    ['until=2026-06-01T12:00:00Z', ['a1']],
    ['since=2026-06-01T12:00:00.001Z', ['a3', 'a2']],
    ['since=2026-06-01T14:00:00%2B02:00&until=2026-06-01T12:00:01Z', ['a1']],
  ])('are filtered by %s', async (query, ids) => {
    expect(Object.keys((await call('GET', `/api/v1/event?${query}`)).body)).toEqual(ids);
  });

  test.each(['since=soon', 'until=12', 'since=2026-06-01'])('%s is refused', async (query) => {
    const { status, body } = await call('GET', `/api/v1/event?${query}`);
    expect([status, undocumented('Problem', body)]).toEqual([400, []]);
  });

  test('are paged', async () => {
    const { body, headers } = await call('GET', '/api/v1/event?limit=2&page=2');
    expect(body).toMatchObject([{ id: 'a1' }]);
    expect(headers.get('x-total-count')).toBe('3');
    expect((await call('GET', '/api/v1/event?sort=timestamp,type')).body).toHaveLength(3);
  });

  test.each(['type=errr', 'typ=error', 'sort=x'])('are not asked for with %s', async (query) => {
    const { status, body } = await call('GET', `/api/v1/event?${query}`);
    expect([status, undocumented('Problem', body)]).toEqual([400, []]);
  });

  test('that were swept are gone', async () => {
    await api.settled(await written(api.node, { delete: api.node.keys.event('a1') }));
    expect(Object.keys((await call('GET', '/api/v1/event')).body)).toEqual(['a3', 'a2']);
  });
});
