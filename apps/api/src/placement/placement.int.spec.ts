import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { encode } from '@9volt/etcd-dal';
import { startEtcd, type TestEtcd } from '@9volt/etcd-dal/testing';
import { assignment, http, member, tcp, written } from '../testing/fixtures.js';
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
  const { keys } = node;
  const monitor = (name: string, settings: object): { put: string; value: string } => ({
    put: keys.monitor(name),
    value: encode(settings),
  });
  const ops = [
    member(node, 'w1', { Name: 'worker-1' }),
    member(node, 'w2', { Name: 'worker-2' }),
    member(node, 'w3', { Name: 'worker-3', Tags: ['eu'] }),
    { put: keys.director, value: encode({ MemberID: 'w1', LastUpdate: new Date().toISOString() }) },
    { put: keys.drain('worker-2'), value: '{}' },
    monitor('a', http()),
    monitor('b', tcp({ interval: '1s' })),
    monitor('mars', tcp({ 'member-tag': 'mars' })),
    monitor('off', tcp({ disable: true })),
    monitor('odd', { ...tcp(), port: 'ten' }),
    monitor('last', { ...tcp(), port: 'ten' }),
    assignment(node, 'w1', 'a', http()),
    assignment(node, 'w2', 'b', tcp({ interval: '1s' })),
    assignment(node, 'w3', 'last', tcp({ 'member-tag': 'eu' })),
    assignment(node, 'w1', 'removed', tcp()),
  ];
  await api.settled(await written(node, ...ops));
}, 30_000);

afterAll(async () => {
  await api.stop();
  await etcd.stop();
});

test.each([
  ['a', 'runs', /^'a' runs on worker-1 since 2/],
  ['b', 'runs', /^'b' runs on worker-2 since 2/],
  ['mars', 'nowhere', /no worker has the tag "mars"$/],
  ['off', 'nowhere', /it is disabled$/],
  ['odd', 'nowhere', /its configuration is invalid: port: /],
  ['last', 'runs', /on worker-3 .*its last valid version runs$/],
  ['removed', 'closing', /it was removed; worker-1 still sends its pending notifications/],
])('why %s: %s', async (name, verdict, message) => {
  const { status, body } = await call('GET', `/api/v1/monitor/${name}/why`);
  expect([status, undocumented('Placement', body)]).toEqual([200, []]);
  expect(body).toMatchObject({ name, verdict, message: expect.stringMatching(message) });
});

test('lists the other candidates, with their loads', async () => {
  const { body } = await call('GET', '/api/v1/monitor/b/why');
  expect(body).toMatchObject({
    worker: { id: 'w2', name: 'worker-2' },
    to: null,
    tag: null,
    weight: 1,
    candidates: [
      { id: 'w1', eligible: true, objection: null, assigned: 2 },
      { id: 'w3', eligible: false, objection: 'has tags, but this monitor has no member-tag', assigned: 1, load: 0 },
      { id: 'w2', eligible: false, objection: 'is drained', assigned: 1, load: 1 },
    ],
    errors: [],
  });
  expect((await call('GET', '/api/v1/monitor/odd/why')).body).toMatchObject({ errors: [{ pointer: '/port' }] });
  const last = (await call('GET', '/api/v1/monitor/last/why')).body;
  expect(last).toMatchObject({ tag: 'eu', candidates: [{ id: 'w3', eligible: true }, {}, {}] });
});

test('a monitor that does not exist is 404', async () => {
  const { status, body } = await call('GET', '/api/v1/monitor/nobody/why');
  expect([status, undocumented('Problem', body)]).toEqual([404, []]);
});
