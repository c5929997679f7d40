import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startEtcd, type TestEtcd } from '@9volt/etcd-dal/testing';
import { assignment, member, tcp, written } from '../testing/fixtures.js';
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
  const { node } = api;
  const ops = [
    member(node, 'w-1', { Name: 'w' }),
    member(node, 'w-2', { Name: 'w' }),
    member(node, 'other'),
    member(node, 's-1', { Name: 's', Role: 'scheduler' }),
    ...['a', 'b', 'c'].map((name, n) => assignment(node, ['w-1', 'w-2', 'other'][n] ?? '', name, tcp())),
  ];
  await api.settled(await written(node, ...ops));
}, 30_000);

afterAll(async () => {
  await api.stop();
  await etcd.stop();
});

describe('draining a worker', () => {
  test('is by name, once, and reported', async () => {
    const first = await call('PUT', '/api/v1/cluster/drain/w');
    expect([first.status, undocumented('Drain', first.body)]).toEqual([201, []]);
    expect(first.body).toMatchObject({ name: 'w', by: api.node.memberId, members: ['w-1', 'w-2'], assigned: 2 });
    const again = await call('PUT', '/api/v1/cluster/drain/w');
    expect([again.status, again.body]).toEqual([200, first.body]);
    const { body } = await call('GET', '/api/v1/cluster');
    expect(body).toMatchObject({
      Members: { 'w-1': { Draining: true }, 'w-2': { Draining: true }, other: { Draining: false } },
      Drains: [first.body],
    });
    expect((await api.node.client.get(api.node.keys.drain('w')))?.value.toString()).toContain(api.node.memberId);
  });

  test('ends once', async () => {
    expect((await call('DELETE', '/api/v1/cluster/drain/w')).status).toBe(200);
    const { status, body } = await call('DELETE', '/api/v1/cluster/drain/w');
    expect([status, undocumented('Problem', body)]).toEqual([404, []]);
    expect((await call('GET', '/api/v1/cluster')).body).toMatchObject({
      Members: { 'w-1': { Draining: false } },
      Drains: [],
    });
  });

  test('written by hand counts whatever the value', async () => {
    const put = { put: api.node.keys.drain('w'), value: 'since tuesday' };
    await api.settled(await written(api.node, put));
    const { body } = await call('PUT', '/api/v1/cluster/drain/w');
    expect(body).toMatchObject({ since: null, by: null, assigned: 2 });
    await call('DELETE', '/api/v1/cluster/drain/w');
  });

  test.each([
    ['s', 409],
    ['a%2Fb', 400],
  ])('of %s is refused', async (name, expected) => {
    const { status, body } = await call('PUT', `/api/v1/cluster/drain/${name}`);
    expect([status, undocumented('Problem', body)]).toEqual([expected, []]);
  });

  test('waits for a worker that does not exist yet', async () => {
    const { status, body } = await call('PUT', '/api/v1/cluster/drain/later');
    expect([status, body]).toEqual([201, expect.objectContaining({ members: [], assigned: 0 })]);
    await api.settled(await written(api.node, member(api.node, 'later-1', { Name: 'later' })));
    expect((await call('GET', '/api/v1/cluster')).body).toMatchObject({ Members: { 'later-1': { Draining: true } } });
  });
});
